"""How good crops are, ours and others': one table over photos that no model was fitted to.

No TensorFlow here: what is judged runs as people run it. `methods` and `peers` say what each method
would crop, `judge` what that is worth, `tilt` how well it levels, `table` sums up.
"""

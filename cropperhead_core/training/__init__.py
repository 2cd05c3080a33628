"""The training side; the only package that imports TensorFlow."""

"""The plugins of editors that speak Lua; data only."""

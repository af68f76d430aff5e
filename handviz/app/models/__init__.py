"""What the window shows, as plain Python that knows nothing of Qt; widgets mirror it."""

app-too-small-title = The window is too small.

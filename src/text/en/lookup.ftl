# The look-up.

# The account card, verification and revealing.

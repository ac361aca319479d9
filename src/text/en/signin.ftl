# The sign-in screen, and the one for people without a role.

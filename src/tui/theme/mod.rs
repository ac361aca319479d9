//! Roles of colour and the theme files that fill them.

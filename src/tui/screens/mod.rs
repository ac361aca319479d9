//! One folder per screen: state, update, view, and its words for the linear mode.

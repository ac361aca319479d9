//! Route stack, layers, banner, toasts and dispatch: the desk as one pure state machine.

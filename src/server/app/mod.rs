//! The composition root: configuration to store, services, workers and router.

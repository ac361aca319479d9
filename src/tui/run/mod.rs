//! The loop: select, run effects, drop stale answers, draw when dirty, shut down.

//! Router, extractors, problem mapping, one file per noun of routes.

//! What lies outside: the services' ports, implemented.

//! Evidence per host, scored in decibans and explained

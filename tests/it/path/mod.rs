//! `nslens path A B`.

mod docker;
mod real;
mod saved;

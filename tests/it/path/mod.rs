//! `nslens path A B`.

mod saved;

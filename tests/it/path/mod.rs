//! `nslens path A B`.

mod docker;
mod next;
mod real;
mod rig;
mod rules;
mod saved;

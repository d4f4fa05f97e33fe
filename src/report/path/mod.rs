//! The road between two network namespaces.

mod json;
mod text;

pub use json::write as write_json;
pub use text::write as write_text;

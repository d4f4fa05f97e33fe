//! A snapshot as bytes on a writer.

mod each;
mod graph;
mod json;
mod path;
mod table;
mod text;
pub(crate) mod words;

#[cfg(test)]
mod example;

pub use each::{Answer, tally, write_json as write_answers_json, write_text as write_answer};
pub use graph::{write_dot, write_mermaid};
pub use json::{ReadError, line as json_line, read, write as write_json};
pub use path::{write_json as write_road_json, write_text as write_road};
pub use text::{Options as TextOptions, write as write_text};

//! Decoders on messages made by hand, whole and spoilt.

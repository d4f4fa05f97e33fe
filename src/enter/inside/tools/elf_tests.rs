use std::io::Write as _;

use super::*;

/// A program of `width` bytes an address, with one part of `kind` that holds `path`.
fn program(class: u8, kind: u32, path: &[u8]) -> tempfile::NamedTempFile {
    let (layout, entry_size) = if class == 1 { (NARROW, 32) } else { (WIDE, 56) };
    let table = 64;
    let at = table + 2 * entry_size;
    let mut bytes = vec![0; at];
    bytes[..5].copy_from_slice(&[0x7f, b'E', b'L', b'F', class]);
    let mut put = |place: usize, number: usize, width: usize| {
        let number = u64::try_from(number).unwrap();
        let number = match width {
            2 => u16::try_from(number).unwrap().to_ne_bytes().to_vec(),
            4 => u32::try_from(number).unwrap().to_ne_bytes().to_vec(),
            _ => number.to_ne_bytes().to_vec(),
        };
        bytes[place..place + width].copy_from_slice(&number);
    };
    let place = |field: u64| usize::try_from(field).unwrap();
    put(place(layout.table), table, layout.width);
    put(place(layout.entry), entry_size, 2);
    put(place(layout.entry) + 2, 2, 2);
    let second = table + entry_size;
    put(second, usize::try_from(kind).unwrap(), 4);
    put(second + place(layout.offset), at, layout.width);
    put(second + place(layout.size), path.len(), layout.width);
    bytes.extend(path);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    file
}

#[test]
fn a_program_names_its_loader_whatever_the_width_of_its_addresses() {
    for class in [1, 2] {
        let file = program(class, PT_INTERP, b"/lib/ld-test.so.1\0");
        let loader = loader(file.path());
        assert_eq!(loader, Some(PathBuf::from("/lib/ld-test.so.1")), "{class}");
    }
}

#[test]
fn what_names_no_loader_has_none() {
    let has_none = |file: &tempfile::NamedTempFile| loader(file.path()).is_none();
    assert!(has_none(&program(2, PT_INTERP + 1, b"/lib/ld-test.so.1\0")));
    assert!(has_none(&program(3, PT_INTERP, b"/lib/ld-test.so.1\0")));
    assert!(has_none(&program(2, PT_INTERP, b"/lib/without-end")));
    let mut script = tempfile::NamedTempFile::new().unwrap();
    script.write_all(b"#!/bin/sh\n").unwrap();
    assert!(has_none(&script));
    assert!(loader(Path::new("/nowhere")).is_none());
}

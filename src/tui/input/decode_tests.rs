use super::*;

const NONE: KeyModifiers = KeyModifiers::NONE;

fn char(char: char) -> Event {
    key(KeyCode::Char(char), NONE)
}

fn all(bytes: &[u8]) -> Vec<Event> {
    Decoder::default().feed(bytes)
}

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> Event {
    Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: NONE,
    })
}

#[test]
fn keys_are_read_in_the_forms_of_terminals() {
    let ctrl = KeyModifiers::CONTROL;
    for (bytes, event) in [
        (&b"q"[..], char('q')),
        ("ö".as_bytes(), char('ö')),
        ("漢".as_bytes(), char('漢')),
        ("😀".as_bytes(), char('😀')),
        (b"\r", key(KeyCode::Enter, NONE)),
        (b"\n", key(KeyCode::Char('j'), ctrl)),
        (b"\t", key(KeyCode::Tab, NONE)),
        (b"\x7f", key(KeyCode::Backspace, NONE)),
        (b"\x03", key(KeyCode::Char('c'), ctrl)),
        (b"\x00", key(KeyCode::Char(' '), ctrl)),
        (b"\x1c", key(KeyCode::Char('4'), ctrl)),
        (b"\x1b[A", key(KeyCode::Up, NONE)),
        (b"\x1bOB", key(KeyCode::Down, NONE)),
        (b"\x1b[1;5C", key(KeyCode::Right, ctrl)),
        (b"\x1b[1;2D", key(KeyCode::Left, KeyModifiers::SHIFT)),
        (b"\x1b[H", key(KeyCode::Home, NONE)),
        (b"\x1b[4~", key(KeyCode::End, NONE)),
        (b"\x1b[2~", key(KeyCode::Insert, NONE)),
        (b"\x1b[3~", key(KeyCode::Delete, NONE)),
        (b"\x1b[5~", key(KeyCode::PageUp, NONE)),
        (b"\x1b[6;5~", key(KeyCode::PageDown, ctrl)),
        (b"\x1b[Z", key(KeyCode::BackTab, NONE)),
        (b"\x1bOP", key(KeyCode::F(1), NONE)),
        (b"\x1b[[E", key(KeyCode::F(5), NONE)),
        (b"\x1b[15~", key(KeyCode::F(5), NONE)),
        (b"\x1b[17~", key(KeyCode::F(6), NONE)),
        (b"\x1b[24~", key(KeyCode::F(12), NONE)),
        (b"\x1bj", key(KeyCode::Char('j'), KeyModifiers::ALT)),
        (
            b"\x1b[200~a\x1bb\x1b[201~",
            Event::Paste("a\x1bb".to_owned()),
        ),
        (
            b"\x1b[<0;4;7M",
            mouse(MouseEventKind::Down(MouseButton::Left), 3, 6),
        ),
        (b"\x1b[<64;1;1M", mouse(MouseEventKind::ScrollUp, 0, 0)),
        (b"\x1b[<69;20;8M", mouse(MouseEventKind::ScrollDown, 19, 7)),
    ] {
        assert_eq!(all(bytes), [event], "{:?}", bytes.escape_ascii());
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_come() {
    let bytes = "a\x1b[1;5Cö\x1b[<0;4;7M\x1b[200~x\x1b[20y\x1b[201~\x1bOPz".as_bytes();
    let whole = all(bytes);
    assert_eq!(whole.len(), 7);
    for cut in 1..bytes.len() {
        let mut decoder = Decoder::default();
        let mut parts = decoder.feed(&bytes[..cut]);
        parts.extend(decoder.feed(&bytes[cut..]));
        assert_eq!(parts, whole, "cut at {cut}");
    }
}

#[test]
fn what_means_nothing_here_is_left_out() {
    for bytes in [
        &b"\x1b[I"[..],
        b"\x1b[<0;4;7m",
        b"\x1b[<35;4;7M",
        b"\x1b[<0;0;7M",
        b"\x1b[<0;4M",
        b"\x1b[<0;99999;1M",
        b"\x1b[M !!",
        b"\x1b[25~",
        b"\x1b[?1;2c",
        b"\x1bOx",
        b"\xff",
        b"\xc3",
    ] {
        let mut events = all(bytes);
        events.extend(all(&[bytes, b"q"].concat()));
        assert_eq!(events, [char('q')], "{:?}", bytes.escape_ascii());
    }
}

#[test]
fn escape_is_a_key_where_nothing_follows() {
    let esc = || key(KeyCode::Esc, NONE);
    let mut decoder = Decoder::default();
    assert_eq!(decoder.feed(b"\x1b"), []);
    assert!(decoder.is_half());
    assert_eq!(decoder.give_up(), [esc()]);
    assert!(!decoder.is_half());
    assert_eq!(decoder.give_up(), []);
    assert_eq!(decoder.feed(b"\x1b\x1b"), [esc()]);
    assert_eq!(decoder.give_up(), [esc()]);
    decoder.feed(b"\x1b[");
    assert_eq!(decoder.give_up(), [esc(), char('[')]);
    assert_eq!(
        all(b"\x1b[\x1b[A"),
        [esc(), char('['), key(KeyCode::Up, NONE)]
    );
}

#[test]
fn half_a_paste_is_no_key_and_a_long_one_is_cut() {
    let mut decoder = Decoder::default();
    assert_eq!(decoder.feed(b"\x1b[200~qqq"), []);
    assert!(!decoder.is_half());
    let much = vec![b'x'; LONGEST_PASTE];
    assert_eq!(decoder.feed(&much), []);
    assert_eq!(decoder.feed(&much), []);
    let events = decoder.feed(b"\x1b[201~q");
    let [Event::Paste(text), last] = &events[..] else {
        panic!("{} events", events.len());
    };
    assert!(text.starts_with("qqqx") && text.len() <= LONGEST_PASTE);
    assert_eq!(*last, char('q'));
}

#[test]
fn no_bytes_make_it_stumble() {
    let mut seed = 1_u32;
    let signs = b"\x1b[O<M~;0129mA\x00\xc3\xb6\xf0q";
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes.push(signs[(seed >> 16) as usize % signs.len()]);
        }
        let mut decoder = Decoder::default();
        decoder.feed(&bytes);
        decoder.give_up();
        assert_eq!(
            decoder.feed(b"q"),
            [char('q')],
            "{:?}",
            bytes.escape_ascii()
        );
    }
}

use super::*;

const fn set(bits: u64) -> CapabilitySet {
    CapabilitySet::from_bits_retain(bits)
}

const ALL: Own = Own {
    permitted: set(0xff),
    inheritable: set(0),
    bounding: set(0xff),
};

/// A process with these bits in its sets.
fn target(inheritable: u64, permitted: u64, bounding: u64, ambient: u64) -> Status {
    status([inheritable, permitted, bounding, ambient], 0)
}

fn status([inheritable, permitted, bounding, ambient]: [u64; 4], no_new_privs: u8) -> Status {
    let text = format!(
        "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\nCapInh:\t{inheritable:x}\nCapPrm:\t{permitted:x}\n\
         CapEff:\t{permitted:x}\nCapBnd:\t{bounding:x}\nCapAmb:\t{ambient:x}\nNoNewPrivs:\t{no_new_privs}\n"
    );
    Status::parse(&text).unwrap()
}

/// What a program has that starts with these sets, by the rules of `capabilities(7)`.
fn started(sets: &Sets, is_root: bool) -> u64 {
    let root = if is_root {
        sets.bounding | sets.inheritable
    } else {
        set(0)
    };
    (root | sets.ambient).bits()
}

#[test]
fn an_ordinary_root_has_its_sets_as_they_are() {
    let sets = Sets::wanted(&target(0, 0x0f, 0x0f, 0), true, &ALL);
    assert_eq!((sets.bounding, sets.permitted), (set(0x0f), set(0x0f)));
    assert_eq!((sets.inheritable, sets.ambient), (set(0), set(0)));
}

#[test]
fn a_program_starts_with_what_the_target_has_whatever_its_sets_are() {
    let bits = [0, 0b0011, 0b0110, 0b1111];
    for is_root in [true, false] {
        for (inheritable, permitted) in bits.iter().flat_map(|i| bits.map(|p| (*i, p))) {
            for (bounding, ambient) in bits.iter().flat_map(|b| bits.map(|a| (*b, a))) {
                let ambient = ambient & inheritable & permitted;
                let target = target(inheritable, permitted, bounding, ambient);
                let sets = Sets::wanted(&target, is_root, &ALL);
                assert_eq!(started(&sets, is_root), permitted, "{target:?} {is_root}");
                // The kernel refuses anything else.
                assert!((sets.inheritable & sets.permitted).contains(sets.ambient));
                assert!(target.bounding.contains(sets.bounding));
            }
        }
    }
}

#[test]
fn where_nothing_is_gained_the_bounding_set_stays() {
    let sets = [0, 0b0001, 0b1111, 0];
    let bounding = |no_new_privs| Sets::wanted(&status(sets, no_new_privs), true, &ALL).bounding;
    assert_eq!((bounding(1), bounding(0)), (set(0b1111), set(0b0001)));
}

#[test]
fn nobody_gives_what_he_has_not() {
    let own = Own {
        permitted: set(0b0111),
        inheritable: set(0),
        bounding: set(0b0011),
    };
    for is_root in [true, false] {
        let sets = Sets::wanted(&target(0xf, 0xf, 0xf, 0xf), is_root, &own);
        assert_eq!(sets.permitted, set(0b0111));
        assert!(set(0b0011).contains(sets.bounding));
        assert_eq!(sets.inheritable, set(0b0011));
        assert_eq!(started(&sets, is_root), 0b0011);
    }
}

#[test]
fn capabilities_have_names_and_new_ones_numbers() {
    let three = CapabilitySet::CHOWN | CapabilitySet::CHECKPOINT_RESTORE | set(1 << 50);
    assert_eq!(names(three), "cap_chown, cap_checkpoint_restore, cap_50");
}

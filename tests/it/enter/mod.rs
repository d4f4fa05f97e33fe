//! Into namespaces, with util-linux as second opinion.

mod each;
mod print;
mod streams;
mod support;
mod terminal;

use crate::support::program::run;

#[test]
fn only_this_host_as_it_is_now_can_be_entered() {
    for (words, said) in [
        (&["--from", "x.json", "enter", "1"][..], "--from"),
        (&["--demo", "enter", "web"], "--demo"),
        (&["--proc", "/host/proc", "enter", "1"], "--proc"),
        (&["enter", "--json", "1"], "--each"),
        (&["--filter", "x", "enter", "1"], "--filter"),
    ] {
        let run = run(words).ended(2);
        assert!(run.complaint().contains(said), "{}", run.stderr);
    }
    run(&["enter"]).ended(2);
}

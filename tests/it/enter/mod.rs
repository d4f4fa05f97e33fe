//! `nslens enter`, with nsenter(1), docker(1) and the kernel as second opinions.

mod command;
mod confined;
mod each;
mod files;
mod identity;
pub(crate) mod kinds;
pub(crate) mod orders;
mod print;
mod quote;
mod streams;
mod support;
mod targets;
mod terminal;
mod tools;
mod users;

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

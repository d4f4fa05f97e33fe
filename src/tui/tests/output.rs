//! The page of a quick command.

use super::Stage;
use super::enter::chooser;
use crate::tui::output::{Answer, End};
use crate::tui::update::{Effect, answer};

/// The page of `ip addr`, which still runs under this number.
fn asked() -> (Stage, u64) {
    let mut stage = chooser();
    while stage.app.chooser.as_ref().unwrap().choice().unwrap().label != "net: ip addr" {
        stage.press("Down");
    }
    let [Effect::Ask(number, _)] = stage.press("Enter")[..] else {
        panic!("nothing was asked");
    };
    (stage, number)
}

#[test]
fn the_answer_of_a_command_is_a_page() {
    let (mut stage, number) = asked();
    assert!(stage.shows("ip addr · shop-web-1") && stage.shows("running; Esc ends it"));
    assert_eq!(stage.press("r"), [], "it runs already");
    let text = "1: lo:\n    inet\t127.0.0.1\x1b[31m\r\n".to_owned() + &"x".repeat(130);
    let end = End::Status(0);
    assert!(answer(
        &mut stage.app,
        number,
        Answer {
            text,
            is_cut: true,
            end,
        }
    ));
    let screen = stage.draw(120, 40);
    assert!(screen.text().contains("status     0"));
    // Columns and the rest of a long line stay; what could deceive is written out.
    for words in [
        "\n     inet        127.0.0.1\\x1b[31m\n",
        &"x".repeat(119),
        "\n xxxxxxxxxxx\n",
    ] {
        assert!(screen.text().contains(words), "{}", screen.text());
    }
    assert!(
        screen
            .text()
            .contains("it printed more, which was not kept")
    );
    stage.press("/");
    stage.type_text("lo:");
    assert!(stage.shows("1: lo:") && !stage.shows("inet"));
    stage.press("Enter Esc");
    let [Effect::Ask(again, _)] = stage.press("r")[..] else {
        panic!("it was not asked again");
    };
    assert!(again > number && stage.shows("running"));
    let late = Answer {
        text: String::new(),
        is_cut: false,
        end: End::Late(10),
    };
    assert!(
        !answer(&mut stage.app, number, late.clone()),
        "of the run before"
    );
    assert!(answer(&mut stage.app, again, late));
    assert!(stage.shows("ended after 10 seconds") && stage.shows("it printed nothing"));
    stage.press("Esc");
    assert_eq!(stage.chosen(), "shop-web-1");
}

#[test]
fn a_command_that_runs_is_ended_by_esc_and_the_page_stays() {
    let (mut stage, number) = asked();
    assert_eq!(stage.press("Esc"), [Effect::Cancel(number)]);
    let cancelled = Answer {
        text: "1: lo".to_owned(),
        is_cut: false,
        end: End::Cancelled,
    };
    answer(&mut stage.app, number, cancelled);
    assert!(stage.shows("ended by Esc") && stage.shows("1: lo"));
    // From the page another command leads to another page in its place.
    stage.press("s End Enter");
    assert!(stage.shows("cat /proc/{pid}/timens_offsets"));
    stage.press("Esc");
    answer(
        &mut stage.app,
        number + 1,
        Answer {
            text: String::new(),
            is_cut: false,
            end: End::Cancelled,
        },
    );
    assert_eq!(stage.press("Esc"), []);
    assert_eq!(stage.chosen(), "shop-web-1");
}

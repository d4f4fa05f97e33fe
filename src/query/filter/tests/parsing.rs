//! Texts → the shape of their expression, or the place and kind of their mistake.

use super::super::expr::{Expr, Test};
use super::super::matcher::Pattern;
use super::super::parser::LONGEST;
use super::{error, filter};

fn shape(expr: &Expr) -> String {
    let joined = |all: &[Expr], sign| {
        let all: Vec<_> = all.iter().map(shape).collect();
        format!("({})", all.join(sign))
    };
    match expr {
        Expr::All(all) => joined(all, " "),
        Expr::Any(any) => joined(any, " | "),
        Expr::Not(expr) => format!("!{}", shape(expr)),
        Expr::Test(test) => of_test(test),
    }
}

fn of_pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Part(part) => part.clone(),
        Pattern::Regex(regex) => format!("/{regex}/"),
    }
}

fn of_test(test: &Test) -> String {
    match test {
        Test::Word(word) => {
            let number = word.number.map(|number| format!("#{number}"));
            of_pattern(&word.pattern) + &number.unwrap_or_default()
        }
        Test::Kind(kind) => format!("kind {kind}"),
        Test::Namespace(kind, bound) => format!("ns {kind:?} {:?} {}", bound.order, bound.limit),
        Test::Pid(bound) => format!("pid {:?} {}", bound.order, bound.limit),
        Test::User(bound) => format!("user {:?} {}", bound.order, bound.limit),
        Test::Processes(bound) => format!("procs {:?} {}", bound.order, bound.limit),
        Test::Text(which, pattern) => format!("{which:?} {}", of_pattern(pattern)),
        Test::Label(key, value) => format!("label {key} {:?}", value.as_ref().map(of_pattern)),
        Test::AnyLabel(pattern) => format!("label {}", of_pattern(pattern)),
        Test::Address(range) => format!("{range:?}"),
        Test::Interface(pattern) => format!("iface {}", of_pattern(pattern)),
        Test::Port(bound) => format!("port {:?} {}", bound.order, bound.limit),
        Test::Relation(relation) => relation.name().to_owned(),
        Test::Reach(scope, kind) => format!("{scope:?} {kind}"),
    }
}

const SHAPES: &[(&str, &str)] = &[
    ("", "()"),
    ("  ", "()"),
    ("Web", "web"),
    ("a b", "(a b)"),
    ("a and b AND c", "(a b c)"),
    ("a or b c or d", "(a | (b c) | d)"),
    ("!a b", "(!a b)"),
    ("! a or !!b", "(!a | !!b)"),
    ("!(a or b) c", "(!(a | b) c)"),
    ("((a))(b)", "(a b)"),
    ("a(b or c)", "(a (b | c))"),
    ("order android", "(order android)"),
    ("\"or\" \"and\"", "(or and)"),
    ("relation:entered relation:EXEC", "(entered exec)"),
    ("80", "80#80"),
    ("\"80\" +80 080x", "(80 +80 080x)"),
    ("\"a b\"c", "a bc"),
    ("a!b", "a!b"),
    ("\"!a\"", "!a"),
    ("~^web-(a|b)$", "/^web-(a|b)$/"),
    ("(~a)", "/a/"),
    ("~\"a b\\d\"", "/a b\\d/"),
    ("\"~a\"", "~a"),
    ("container:Web", "Container web"),
    ("CONTAINER:x", "Container x"),
    ("image:~^a", "Image /^a/"),
    ("image:\"~a b\"", "Image ~a b"),
    ("image:nginx:1.25", "Image nginx:1.25"),
    ("project:p engine:e pod:q", "(Project p Engine e Pod q)"),
    ("label:k", "label k None"),
    ("label:k=V", "label k Some(\"v\")"),
    ("label:k=v=w", "label k Some(\"v=w\")"),
    ("label:k=~^v", "label k Some(\"/^v/\")"),
    ("label:\"k=v w\"", "label k Some(\"v w\")"),
    ("label:~^k=", "label /^k=/"),
    ("kind:net", "kind net"),
    ("ns:5 ns>=6", "(ns None Equal 5 ns None AtLeast 6)"),
    ("ns:net:[5]", "ns Some(Net) Equal 5"),
    ("ns:net:5", "ns Some(Net) Equal 5"),
    ("pid:[5]", "ns Some(Pid) Equal 5"),
    ("pid:5 pid=5 pid<5", "(pid Equal 5 pid Equal 5 pid Less 5)"),
    ("user:root user>999", "(user Equal 0 user More 999)"),
    (
        "port:80 port>=1024 IFACE:Br-",
        "(port Equal 80 port AtLeast 1024 iface br-)",
    ),
    ("iface:~^eth0$", "iface /^eth0$/"),
    ("procs>10 procs<=3", "(procs More 10 procs AtMost 3)"),
    (
        "host:net shared:ipc private:user unknown:mnt",
        "(Host net Shared ipc Private user Unknown mnt)",
    ),
    (
        "addr:10.0.0.0/8",
        "Range { bits: 167772160, width: 32, prefix: 8 }",
    ),
    // Text that looks like a field.
    ("nginx:1.25", "nginx:1.25"),
    ("localhost:5000/app", "localhost:5000/app"),
    ("http://x", "http://x"),
    ("my-app:latest", "my-app:latest"),
    ("TERM=linux", "term=linux"),
    ("--port=80", "--port=80"),
    ("\"redis:alpine\"", "redis:alpine"),
    (":x", ":x"),
    ("::1", "::1"),
];

#[test]
fn expressions_have_their_shape() {
    for (text, expected) in SHAPES {
        assert_eq!(shape(&filter(text).expr), *expected, "{text}");
    }
}

/// Text, column, and part of the message.
const MISTAKES: &[(&str, usize, &str)] = &[
    ("or a", 1, "nothing before this \"or\""),
    ("a or", 3, "nothing after this \"or\""),
    ("a or or b", 3, "nothing after this \"or\""),
    ("(a or )", 4, "nothing after this \"or\""),
    ("a ( or b)", 5, "nothing before this \"or\""),
    ("and a", 1, "nothing before this \"and\""),
    ("a and", 3, "nothing after this \"and\""),
    ("größe !", 7, "nothing after this \"!\""),
    ("!or", 1, "nothing after this \"!\""),
    ("a (b", 3, "never closed"),
    ("a (", 3, "never closed"),
    ("a )", 3, "never opened"),
    (")", 1, "never opened"),
    ("a ()", 3, "nothing in these parentheses"),
    ("ab \"c d", 4, "this quote is never closed"),
    ("image:\"c d", 7, "this quote is never closed"),
    ("a \"\"", 3, "nothing in these quotes"),
    ("a image:", 8, "\"image\" has no value"),
    ("a image:\"\"", 8, "\"image\" has no value"),
    ("procs>", 6, "\"procs\" has no value"),
    ("~", 1, "no regular expression follows"),
    ("image:~", 7, "no regular expression follows"),
    ("a ~(b", 3, "no regular expression: unclosed group"),
    (
        "a image:~[b",
        9,
        "no regular expression: unclosed character class",
    ),
    ("~\\w{1000}", 1, "it becomes too large"),
    (
        "a contaner:web",
        3,
        "no field is called \"contaner\"; there are: addr, container,",
    ),
    ("redis:alpine", 1, "no field is called \"redis\""),
    ("uid:0", 1, "no field is called \"uid\""),
    ("contaner=web", 1, "no field is called \"contaner\""),
    (
        "relation:none",
        10,
        "no relation is called \"none\"; there are: member,",
    ),
    ("process>3", 1, "no field is called \"process\""),
    ("container=web", 10, "\"container\" takes \":\", not \"=\""),
    ("kind>net", 5, "\"kind\" takes \":\", not \">\""),
    (
        "kind:network",
        6,
        "no kind of namespace is called \"network\"; there are: cgroup",
    ),
    ("host:", 5, "\"host\" has no value"),
    ("host:x", 6, "no kind of namespace"),
    ("pid:x", 5, "\"x\" is no number from 0 to 4294967295"),
    ("pid:4294967296", 5, "is no number"),
    ("procs>-1", 7, "is no number"),
    ("user:bob", 6, "\"bob\" is no number"),
    ("ns:x", 4, "is no namespace such as"),
    ("ns:net:[5", 4, "is no namespace such as"),
    ("ns:nut:5", 4, "no kind of namespace is called \"nut\""),
    ("addr:10.0.0", 6, "is no address such as"),
    ("addr:10.0.0.0/33", 6, "is no address such as"),
    ("label:=v", 7, "a label is asked for as"),
    ("label:k=", 7, "a label is asked for as"),
    ("port:http", 6, "\"http\" is no number from 0 to 65535"),
    ("port:65536", 6, "is no number from 0 to 65535"),
    ("iface>eth0", 6, "\"iface\" takes \":\", not \">\""),
    ("iface:", 6, "\"iface\" has no value"),
    (
        "a finding:host-pid",
        3,
        "\"finding\" cannot be asked for: this version collects no findings",
    ),
    ("severity:high", 1, "collects no findings"),
];

#[test]
fn a_mistake_is_told_with_its_place() {
    for (text, column, message) in MISTAKES {
        let error = error(text);
        assert_eq!(error.column, *column, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(!error.message.contains('\n'), "{text}: {error}");
        assert_eq!(
            error.to_string(),
            format!("column {column}: {}", error.message)
        );
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    for sign in ["(", "!", "!("] {
        let text = sign.repeat(LONGEST / sign.len());
        assert!(error(&text).message.starts_with("more than 64"), "{sign}");
        assert_eq!(error(&text).column, 65);
    }
    let deep = format!("{}a{}", "(".repeat(64), ")".repeat(64));
    assert_eq!(shape(&filter(&deep).expr), "a");
    let broad = "(a)".repeat(LONGEST / 3);
    assert!(shape(&filter(&broad).expr).starts_with("(a a a"));
    let long = "ä".repeat(50_000);
    assert_eq!(error(&long).column, LONGEST / 2 + 1);
    assert_eq!(error(&"(".repeat(100_000)).column, LONGEST + 1);
}

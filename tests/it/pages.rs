//! The pages tell the truth: every test that they name is there.

use std::path::Path;

#[test]
fn every_test_that_beyond_zeek_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = std::fs::read_to_string(root.join("docs/beyond-zeek.md")).expect("the page");
    let mut code = String::new();
    let rooms = ["irc", "dcc", "ftp", "ssh"].map(|room| format!("crates/wiretale-{room}/tests"));
    for tests in rooms.iter().map(String::as_str).chain(["tests/it"]) {
        for entry in std::fs::read_dir(root.join(tests)).expect("a folder of tests") {
            let path = entry.expect("readable").path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                code.push_str(&std::fs::read_to_string(path).expect("readable"));
            }
        }
    }
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let named: Vec<&str> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|name| name.len() > 12 && name.contains('_'))
        .collect();
    let missing: Vec<_> = named.iter().filter(|name| !code.contains(&format!("fn {name}("))).collect();
    assert!(named.len() > 80, "only {} tests are named", named.len());
    assert!(missing.is_empty(), "no such tests: {missing:?}");
}

#[test]
fn the_program_in_the_readme_is_the_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("readable");
    let example = read("crates/wiretale/examples/joins.rs");
    let (_, program) = example.split_once("\n\n").expect("a line of documentation first");
    assert!(
        read("README.md").contains(program),
        "README.md shows another program than crates/wiretale/examples/joins.rs"
    );
}

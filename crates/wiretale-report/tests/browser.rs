//! The page in a real browser. Where none is installed, the tests say so and pass.

mod hostile;

use std::path::Path;
use std::process::Command;

use hostile::Told;
use wiretale_report::case::page;

/// What the browser makes of a page.
fn opened(page: &str) -> Option<String> {
    let browser = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let Some(browser) = browser else {
        println!("no browser is installed: the page was not opened in one");
        return None;
    };
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("report.html");
    std::fs::write(&path, page).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--virtual-time-budget=2000"])
        .arg(format!("--user-data-dir={}", place.path().join("profile").display()))
        .arg(url(&path))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}

#[test]
fn the_page_opens_with_its_picture_and_its_tables() {
    let Some(dom) = opened(&Told::new().with(page)) else { return };
    assert!(dom.contains("<title>wiretale: 10.20.3.7</title>"), "{dom}");
    for there in [
        "<svg class=\"picture\"",
        "<svg class=\"waterfall\"",
        "<table class=\"listeners\"",
        "<table class=\"people\"",
        "<table class=\"files\"",
    ] {
        assert!(dom.contains(there), "{there}");
    }
    assert!(dom.contains("<polyline class=\"course\" points=\"190,"));
}

#[test]
fn what_the_wire_said_makes_no_element_and_no_request() {
    let Some(dom) = opened(&Told::new().with(page)) else { return };
    for element in ["<script", "<img", "<iframe", "<link", "<object", "<i>mallory", "<b>warez"] {
        assert!(!dom.contains(element), "{element}");
    }
    // Attributes that load something; in text, quotation marks stay as they are, but no tag stands around them.
    let tags = dom.split('<').filter_map(|piece| piece.split_once('>')).map(|(tag, _)| tag);
    for tag in tags {
        assert!(!tag.contains("src=") && !tag.contains("://") && !tag.contains(" onerror"), "{tag}");
    }
}

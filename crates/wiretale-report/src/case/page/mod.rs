//! `report.html`: one page for each run, with everything in it: no script, no request, readable and printable anywhere.

mod canvas;
mod picture;
mod ranking;
mod view;
mod waterfall;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, context};

use super::Dossier;

/// The page. All text in it is encoded by the template engine, which is told to take every template for HTML.
#[must_use]
pub fn page(dossier: &Dossier<'_>) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    if let Ok(tight) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(tight);
    }
    let templates = [("report.html", REPORT), ("case.html", CASE), ("picture.html", PICTURE), ("style.css", STYLE)];
    let report = Value::from(Serde(view::report(dossier)));
    let page = templates
        .into_iter()
        .try_for_each(|(name, source)| environment.add_template(name, source))
        .and_then(|()| environment.get_template("report.html")?.render(context! { report => report.clone() }));
    // The templates are compiled in and a test renders them; what fails is told on the page.
    page.unwrap_or_else(|error| format!("<!doctype html><title>wiretale</title><p>{:?}", error.kind()))
}

const REPORT: &str = include_str!("../../../templates/report.html");
const CASE: &str = include_str!("../../../templates/case.html");
const PICTURE: &str = include_str!("../../../templates/picture.html");
const STYLE: &str = include_str!("../../../templates/style.css");

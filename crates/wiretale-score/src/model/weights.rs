//! The weights table: every number of the model, in one TOML text.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Stage;

/// All numbers of the model.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The table's version.
    pub version: u32,
    /// The model's constants.
    pub model: Model,
    /// What each kind of evidence weighs, by detector and variant.
    pub evidence: BTreeMap<String, BTreeMap<String, Row>>,
    /// Thresholds of detectors, by detector and name.
    #[serde(default)]
    pub threshold: BTreeMap<String, BTreeMap<String, f64>>,
}

/// The model's constants.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Log-odds of a host about which nothing is known, in decibans.
    pub prior: f64,
    /// How much each repeat of the same evidence adds of the one before it.
    pub repeat: f64,
    /// How much the next strongest evidence of a correlation group counts.
    pub group: f64,
    /// The most that two linked stages add, in decibans.
    pub bonus: f64,
    /// How fast a link fades with the time between, in hours.
    pub bonus_hours: f64,
    /// Evidence this much earlier still counts as before, in minutes.
    pub slack_minutes: f64,
    /// The most that benign context takes away, in decibans.
    pub benign: f64,
    /// What a case found elsewhere adds to hosts that dealt with the same peer.
    pub campaign: f64,
    /// Half-lives by stage, in hours: S1 to S6.
    pub half_life_hours: [f64; 6],
    /// Where `low`, `medium`, `high` and `critical` begin, in decibans.
    pub levels: [f64; 4],
    /// The score of a host with evidence of one stage only, and none conclusive, is held at this.
    pub gate: f64,
}

/// One kind of evidence.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Decibans for one observation; negative for benign context.
    pub weight: f64,
    /// The stage it speaks of; none for context.
    pub stage: Option<Stage>,
    /// The correlation group.
    pub group: String,
    /// ATT&CK techniques.
    #[serde(default)]
    pub attack: Vec<String>,
    /// One observation settles it, whatever else was seen.
    #[serde(default)]
    pub conclusive: bool,
    /// Where the weight comes from: `"expert"`, or a measurement.
    #[serde(default)]
    pub source: String,
}

/// What is wrong with a weights table.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It is no TOML of this shape; the message names the line.
    #[error("weights: {0}")]
    Toml(#[from] toml::de::Error),
    /// A number is outside what makes sense.
    #[error("weights: {0}")]
    Range(String),
}

impl Weights {
    /// The table that is compiled in.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the built-in table parses")
    }

    /// Reads a table.
    ///
    /// # Errors
    /// With the line, if it is no such table; with the name, if a number makes no sense.
    pub fn parse(text: &str) -> Result<Self, WeightsError> {
        let weights: Self = toml::from_str(text)?;
        weights.check()?;
        Ok(weights)
    }

    /// The row named `"D03.prompt"`.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&Row> {
        let dot = name.bytes().position(|byte| byte == b'.')?;
        self.evidence.get(&name[..dot])?.get(&name[dot + 1..])
    }

    /// A detector's threshold, or `default` where the table does not name it.
    #[must_use]
    pub fn threshold(&self, detector: &str, name: &str, default: f64) -> f64 {
        self.threshold.get(detector).and_then(|names| names.get(name)).copied().unwrap_or(default)
    }

    fn check(&self) -> Result<(), WeightsError> {
        let model = &self.model;
        let some = |number: f64| number.is_finite() && number >= 0.0;
        let in_range = [
            ("model.repeat", (0.0..1.0).contains(&model.repeat)),
            ("model.group", (0.0..=1.0).contains(&model.group)),
            ("model.bonus_hours", model.bonus_hours > 0.0),
            ("model.prior", model.prior.is_finite()),
            ("model.gate", model.gate.is_finite()),
            ("model.bonus", some(model.bonus)),
            ("model.benign", some(model.benign)),
            ("model.campaign", some(model.campaign)),
            ("model.slack_minutes", some(model.slack_minutes)),
            ("model.half_life_hours", model.half_life_hours.iter().all(|hours| *hours > 0.0)),
            ("model.levels", model.levels.is_sorted()),
        ];
        if let Some((name, _)) = in_range.iter().find(|(_, fine)| !fine) {
            return Err(WeightsError::Range(format!("{name} is out of range")));
        }
        let rows = self.evidence.values().flat_map(BTreeMap::values);
        if rows.into_iter().any(|row| !row.weight.is_finite() || row.weight.abs() > 60.0) {
            return Err(WeightsError::Range("a weight is beyond 60 decibans".into()));
        }
        Ok(())
    }
}

const BUILT_IN: &str = include_str!("../../weights.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_table_is_sound() {
        let weights = Weights::built_in();
        assert_eq!(weights.version, 1);
        assert!(weights.row("D03.prompt").is_some_and(|row| row.stage == Some(Stage::S4)));
        assert!(weights.row("D40.approved").is_some_and(|row| row.weight < 0.0));
    }

    #[test]
    fn a_bad_table_is_refused_with_its_line() {
        let broken = BUILT_IN.replace("prior = -30.0", "prior = \"much\"");
        let error = Weights::parse(&broken).expect_err("a word is no number").to_string();
        assert!(error.contains("line"), "{error}");
        let broken = BUILT_IN.replace("repeat = 0.3", "repeat = 1.5");
        assert!(Weights::parse(&broken).expect_err("out of range").to_string().contains("model.repeat"));
    }

    #[test]
    fn constants_that_would_turn_a_case_round_are_refused() {
        for name in ["prior", "gate", "bonus", "benign", "campaign", "slack_minutes"] {
            let line = BUILT_IN.lines().find(|line| line.starts_with(&format!("{name} "))).expect("it is in the table");
            let values = if matches!(name, "prior" | "gate") { ["nan", "inf"] } else { ["nan", "-5.0"] };
            for value in values {
                let broken = BUILT_IN.replace(line, &format!("{name} = {value}"));
                let error = Weights::parse(&broken).expect_err(name).to_string();
                assert!(error.contains(&format!("model.{name}")), "{error}");
            }
        }
    }
}

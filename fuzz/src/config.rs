//! The texts a user hands in: weights and inventory.

use wiretale::score::{Case, Home, Inventory, Scorer, Weights};

/// A weights table and an inventory, in this order, with a NUL between them.
pub fn config(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let mut text = || parts.next().and_then(|part| std::str::from_utf8(part).ok());
    let weights = match text().map(Weights::parse) {
        Some(Ok(weights)) => weights,
        Some(Err(error)) => return assert!(error.to_string().starts_with("weights: ")),
        None => return,
    };
    let inventory = match text().map(Inventory::parse) {
        Some(Ok(inventory)) => inventory,
        Some(Err(error)) => return assert!(error.to_string().starts_with("inventory: ")),
        None => Inventory::default(),
    };
    for host in &inventory.hosts {
        for address in &host.addresses {
            assert!(inventory.host(*address).is_some());
        }
    }
    let rows = weights.evidence.iter().flat_map(|(name, rows)| rows.keys().map(move |row| format!("{name}.{row}")));
    for row in rows.filter(|row| row.matches('.').count() == 1) {
        assert!(weights.row(&row).is_some_and(|row| row.weight.is_finite()), "{row}");
    }
    let cases: Vec<Case> = Scorer::new(Home::new(inventory.networks.clone()), inventory, weights).cases();
    assert!(cases.is_empty(), "no evidence, no case");
}

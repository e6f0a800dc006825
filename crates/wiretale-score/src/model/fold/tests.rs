//! What evidence adds up to.

use super::*;
use crate::model::Gate;
use crate::testing::piece;
use proptest::prelude::*;

fn seen(minute: i64, row: &str, key: &str, peer: u8) -> Evidence {
    let peer = Some([198, 51, 100, peer].into());
    Evidence { time_ns: minute * 60_000_000_000, peer, ..piece(row, key) }.tie("country:XX")
}

fn one(evidence: Vec<Evidence>) -> Case {
    cases(evidence, &Weights::built_in()).remove(0)
}

#[test]
fn an_intrusion_in_its_stages_is_critical() {
    let case = one(vec![
        seen(0, "D01.ssh", "22102", 77),
        seen(0, "D08.backdoor", "22102", 77),
        seen(25, "D29.hot_name", "psy.tgz", 130),
        seen(45, "D23.hopping", "irc", 10),
        seen(60, "D24.executable", "crack", 201),
        seen(61, "D03.prompt", "9886", 77),
    ]);
    assert_eq!(case.level, Level::Critical, "{case:#?}");
    assert_eq!(case.stages, [Stage::S2, Stage::S3, Stage::S4]);
}

#[test]
fn ten_thousand_guesses_are_no_case() {
    let case = one((0..10_000).map(|n| seen(n / 60, "D07.guessing", &format!("{}", n % 200), 1)).collect());
    assert!(case.peak_db <= 0.0 && case.gate == Gate::Held, "{}", case.peak_db);
}

#[test]
fn a_conclusive_sign_passes_the_gate() {
    assert_eq!(one(vec![seen(0, "D10.ebury", "22", 1)]).gate, Gate::Conclusive);
    assert_eq!(one(vec![seen(0, "D01.ssh", "22102", 1)]).gate, Gate::Held);
}

#[test]
fn a_confirmed_peer_counts_against_others_who_dealt_with_it() {
    let mut evidence = vec![
        seen(0, "D01.ssh", "22102", 77),
        seen(1, "D04.root", "9886", 77),
        seen(2, "D29.hot_name", "x", 77),
        seen(3, "D03.prompt", "9886", 77),
    ];
    let mut other = seen(4, "D16.off_port", "5190", 77);
    other.host = [10, 0, 0, 8].into();
    evidence.push(other);
    let cases = cases(evidence, &Weights::built_in());
    assert_eq!(cases[1].campaign_db, 6.0);
    assert_eq!(cases[0].campaign_db, 0.0);
}

#[test]
fn what_speaks_for_a_host_is_no_repeat_of_what_speaks_against_it() {
    let talk = |minute, strength| Evidence { strength, ..seen(minute, "D22.automaton", "talk", 10) };
    let (alone, both) = (one(vec![talk(0, 1.0)]), one(vec![talk(0, 1.0), talk(1, -0.5)]));
    assert!(both.score_db < alone.score_db, "{} {}", both.score_db, alone.score_db);
    let both = one(vec![talk(0, -0.5), talk(1, 1.0), talk(2, 1.0)]);
    let (sum, told): (f64, f64) = (both.evidence_db.iter().sum(), both.contributions.iter().map(|told| told.db).sum());
    assert!((sum - told - both.benign_db).abs() < 1e-6, "{sum} {told} {}", both.benign_db);
    assert_eq!((both.contributions.len(), both.contributions[0].times, both.benign_db < -3.9), (1, 2, true));
}

#[test]
fn what_is_found_at_once_counts_at_once() {
    let case = one(vec![seen(0, "D01.ssh", "22102", 77), seen(0, "D40.approved", "x", 77)]);
    assert_eq!((case.benign_db, case.course.len()), (-4.0, 2));
    let told: f64 = case.contributions.iter().map(|told| told.db).sum();
    assert!((case.prior_db + told + case.benign_db - case.peak_db).abs() < 0.1, "{}", case.peak_db);
}

// So many early repeats of one thing, and then an intrusion.
fn noise_and_then(host: u8, noise: i64) -> Vec<Evidence> {
    let noise = (0..noise).map(|n| seen(n, "D39.no_name", "198.51.100.9", 9));
    let real = ["D01.ssh", "D04.root", "D29.hot_name", "D03.prompt"].map(|row| seen(5000, row, "9886", 77));
    noise.chain(real).map(|row| Evidence { host: [10, 0, 0, host].into(), ..row }).collect()
}

#[test]
fn noise_pushes_nothing_out() {
    let (quiet, noisy) = (one(noise_and_then(7, 1)), one(noise_and_then(7, 5000)));
    assert_eq!(noisy.contributions.len(), quiet.contributions.len());
    assert_eq!((noisy.evidence.len(), noisy.dropped), (SIGHTINGS as usize + 4, 5000 - u64::from(SIGHTINGS)));
    assert!(noisy.peak_db >= quiet.peak_db && noisy.course.len() == noisy.evidence.len());
    let told: f64 = noisy.contributions.iter().map(|told| told.db).sum();
    let links: f64 = noisy.links.iter().map(|link| link.db).sum();
    let (sum, shared): (f64, f64) = (noisy.prior_db + told + links, noisy.evidence_db.iter().sum());
    assert!((sum - noisy.peak_db).abs() < 0.1 && (shared - told).abs() < 1e-6, "{sum} {} {shared}", noisy.peak_db);
}

#[test]
fn a_campaign_takes_nothing_from_a_noisy_case() {
    let alone = one(noise_and_then(7, 5000));
    let both = cases(noise_and_then(7, 5000).into_iter().chain(noise_and_then(8, 0)), &Weights::built_in());
    let noisy = both.iter().find(|case| case.host == alone.host).unwrap();
    assert_eq!((noisy.campaign_db, noisy.peak_ns), (6.0, alone.peak_ns));
    assert!((noisy.peak_db - alone.peak_db - 6.0).abs() < 0.1, "{} {}", noisy.peak_db, alone.peak_db);
}

proptest! {
    #[test]
    fn taking_the_strongest_away_changes_the_score_as_told(picks in proptest::collection::vec((0usize..8, 0i64..200, 0u8..4), 1..30)) {
        const ROWS: [&str; 8] =
            ["D01.ssh", "D03.prompt", "D07.guessing", "D15.nick", "D24.archive", "D29.hot_name", "D32.scan", "D40.typing"];
        let evidence: Vec<Evidence> =
            picks.iter().map(|(row, minute, peer)| seen(*minute, ROWS[*row], &peer.to_string(), *peer)).collect();
        let weights = Weights::built_in();
        let case = one(evidence.clone());
        let Some(top) = case.contributions.first() else { return Ok(()) };
        let mut rest: Vec<Evidence> = evidence
            .into_iter()
            .filter(|row| row.time_ns <= case.peak_ns && !(row.row == top.row && row.key == top.key))
            .collect();
        rest.sort_by_key(|row| row.time_ns);
        let mut folder = Folder::new(case.host);
        for row in rest {
            folder.add(row, &weights);
        }
        let without = evaluate(folder.items.all(), &weights, case.peak_ns, 0.0, None).db;
        prop_assert!((without - case.without_strongest_db).abs() <= 0.1, "{without} {}", case.without_strongest_db);
    }

    #[test]
    fn what_each_piece_adds_comes_to_what_all_of_them_add(
        picks in proptest::collection::vec((0usize..7, 0i64..9000, 0u8..3, any::<bool>()), 1..60),
        // Long after the peak, and at times more than are kept.
        late in prop_oneof![9 => 0usize..20, 1 => Just(200)],
    ) {
        const ROWS: [&str; 7] =
            ["D01.ssh", "D07.guessing", "D24.archive", "D40.typing", "D40.approved", "D03.prompt", "D22.automaton"];
        let picked = picks.iter().map(|(row, minute, peer, speaks_for)| {
            let strength = if *speaks_for && *row == 6 { -0.5 } else { 1.0 };
            Evidence { strength, ..seen(*minute, ROWS[*row], &peer.to_string(), *peer) }
        });
        let late = (0..late).map(|n| seen(90_000 + n as i64, "D15.nick", "late", 1));
        let case = one(picked.chain(late).collect());
        prop_assert_eq!(case.evidence_db.len(), case.evidence.len());
        let (sum, contributed): (f64, f64) =
            (case.evidence_db.iter().sum(), case.contributions.iter().map(|contribution| contribution.db).sum());
        prop_assert!((sum - contributed - case.benign_db).abs() < 1e-6, "{sum} {contributed} {}", case.benign_db);
        for (row, db) in case.evidence.iter().zip(&case.evidence_db) {
            prop_assert!(row.time_ns <= case.peak_ns || *db == 0.0);
        }
    }

    #[test]
    fn the_same_evidence_in_any_order_gives_the_same_case(
        picks in proptest::collection::vec((0usize..3, 0i64..100), 1..20).prop_shuffle()
    ) {
        const ROWS: [&str; 3] = ["D01.ssh", "D29.archive", "D18.topic"];
        let rows = |picks: &[(usize, i64)]| picks.iter().map(|(row, minute)| seen(*minute, ROWS[*row], "k", 1)).collect();
        let mut sorted = picks.clone();
        sorted.sort_unstable();
        prop_assert_eq!(one(rows(&picks)), one(rows(&sorted)));
    }

    #[test]
    fn a_campaign_counts_as_if_it_had_been_known_from_the_start(
        picks in proptest::collection::vec((0usize..5, 0i64..9000, 0u8..4), 1..40),
        campaign in 0.0f64..9.0,
    ) {
        const ROWS: [&str; 5] = ["D01.ssh", "D04.root", "D29.hot_name", "D03.prompt", "D16.off_port"];
        let weights = Weights::built_in();
        let (mut later, mut known) = (Folder::new([10, 0, 0, 7].into()), Folder::new([10, 0, 0, 7].into()));
        known.course.campaign = campaign;
        let mut picks = picks;
        picks.sort_by_key(|(_, minute, _)| *minute);
        for (row, minute, peer) in picks {
            let row = seen(minute, ROWS[row], &peer.to_string(), peer);
            later.add(row.clone(), &weights);
            known.add(row, &weights);
        }
        later.replay(campaign, &weights);
        prop_assert_eq!(later.finish(&weights), known.finish(&weights));
    }

    #[test]
    fn any_number_of_threads_gives_the_same_cases(
        picks in proptest::collection::vec((0usize..4, 0i64..100, 0u8..40), 1..200),
        threads in 2usize..5,
    ) {
        const ROWS: [&str; 4] = ["D01.ssh", "D04.root", "D29.hot_name", "D03.prompt"];
        let row = |(row, minute, host): &(usize, i64, u8)| {
            Evidence { host: [10, 0, 0, *host].into(), ..seen(*minute, ROWS[*row], "k", host % 7) }
        };
        let evidence: Vec<Evidence> = picks.iter().map(row).collect();
        let weights = Weights::built_in();
        prop_assert_eq!(cases_on(threads, evidence.clone(), &weights), cases(evidence, &weights));
    }
}

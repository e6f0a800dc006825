//! Fuzzes `wiretale_fuzz::evidence`; built without a fuzzer it replays the files named on its command line.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| wiretale_fuzz::evidence(data));

#[cfg(not(fuzzing))]
fn main() {
    wiretale_fuzz::replay(std::env::args_os().skip(1), wiretale_fuzz::evidence);
}

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| timeback_qti_fuzz::spec::check(bytes));

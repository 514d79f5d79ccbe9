#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| timeback_qti_fuzz::token_answer::check(bytes));

//! Whether two documents mean the same: `same SENT STORED`. The exit code is 1 if they do not.
use std::error::Error;
use std::fs::read_to_string;
use std::process::ExitCode;

use qti_xml::first_difference;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut paths = std::env::args_os().skip(1);
    let (Some(sent), Some(stored)) = (paths.next(), paths.next()) else {
        return Err("usage: same SENT STORED".into());
    };
    let difference = first_difference(&read_to_string(sent)?, &read_to_string(stored)?)?;
    match difference {
        None => {
            println!("they mean the same");
            Ok(ExitCode::SUCCESS)
        }
        Some(difference) => {
            println!("{difference}");
            Ok(ExitCode::FAILURE)
        }
    }
}

//! The command line: output, errors and status.

use crate::support::{Copy, upstream, xtask};

#[test]
fn the_command_fails_with_one_line_and_a_status() {
    let copy = Copy::new();
    let before = copy.files();
    let input = copy.write_input("swagger: '2.0'");
    let output = xtask(&[
        "spec",
        "refresh",
        "--from",
        &input,
        "--folder",
        copy.folder().to_str().unwrap(),
    ]);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        text,
        format!("error: {input}: is a Swagger 2.0 document; OpenAPI 3.0 or 3.1 is needed\n")
    );
    assert_eq!(copy.files(), before);
}

#[test]
fn the_commands_print_their_outcome() {
    let copy = Copy::new();
    let folder = copy.folder().to_str().unwrap().to_owned();
    let input = copy.write_input(&upstream().to_string());
    for arguments in [
        ["refresh", "--from", &input, "--folder", &folder],
        ["check", "--from", &input, "--folder", &folder],
    ] {
        let output = xtask(&[&["spec"], &arguments[..]].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(
            text.contains("38 operations, ") && text.ends_with(" 0 undocumented\n"),
            "{text}"
        );
    }
    let document = format!("{folder}/qti-api.yaml");
    for (format, none) in [
        ("text", "no change\n"),
        ("json", "[]\n"),
        ("markdown", "No change.\n"),
    ] {
        let output = xtask(&["spec", "diff", &document, &document, "--format", format]);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), none);
    }
}

#[test]
fn arguments_that_cannot_be_meant_are_refused_by_their_names() {
    for (arguments, problem) in [
        (
            &["check", "--folder", "no/such"][..],
            "error: invalid value 'no/such' for '--folder <PATH>': there is no such folder\n",
        ),
        (
            &["refresh", "--from", ""],
            "error: a value is required for '--from <FROM>' but none was supplied\n",
        ),
        (&["refreshed"], "Usage: cargo xtask spec <COMMAND>\n"),
    ] {
        let output = xtask(&[&["spec"], arguments].concat());
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.contains(problem), "{text}");
    }
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().to_str().unwrap();
    let output = xtask(&["spec", "check", "--folder", folder]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("error: upstream.yaml: is missing in {folder}\n")
    );
}

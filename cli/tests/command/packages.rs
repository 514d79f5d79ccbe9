//! Content packages: what is told of them, and how it ends.

use std::path::Path;

use crate::support::{Place, stimulus_xml};

/// A place with a bank of two stimuli, `one`, and an empty one, `other`.
async fn place() -> Place {
    let place = Place::new();
    place.qti(&["init", "one"]).await.ended_with(0);
    place.qti(&["init", "other"]).await.ended_with(0);
    std::fs::create_dir(place.path("one/stimuli")).unwrap();
    for identifier in ["a", "b"] {
        let path = place.path(&format!("one/stimuli/{identifier}.xml"));
        std::fs::write(path, stimulus_xml(identifier)).unwrap();
    }
    place
}

fn write(path: impl AsRef<Path>, text: &str) {
    std::fs::create_dir_all(path.as_ref().parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_bank_is_packed_and_unpacked_and_never_over_what_is_there() {
    let place = place().await;
    write(place.path("one/media/rome.svg"), "<svg/>");
    let pack = ["pack", "one.zip", "--bank", "one"];
    let packed = place.qti(&pack).await.ended_with(0);
    assert_eq!((&*packed.out, &*packed.err), ("2 packed, 1 media\n", ""));
    let again = place.qti(&pack).await.ended_with(2);
    assert!(again.err.contains("--overwrite"), "{again}");
    place
        .qti(&[&pack[..], &["--overwrite"]].concat())
        .await
        .ended_with(0);

    let unpack = ["unpack", "one.zip", "--bank", "other"];
    let unpacked = place.qti(&unpack).await.ended_with(0);
    assert_eq!(unpacked.out, "2 new, 1 media\n");
    assert!(unpacked.err.contains("media rome.svg\n"), "{unpacked}");
    let file = place.path("other/stimuli/a.xml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), stimulus_xml("a"));
    assert!(place.path("other/media/rome.svg").exists());

    place.change("other/stimuli/a.xml", "Rome", "Milan");
    let conflict = place.qti(&unpack).await.ended_with(3);
    assert!(conflict.err.contains("conflict stimulus a: "), "{conflict}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("Milan"));
    let forced = place
        .qti(&[&unpack[..], &["--force", "--json"]].concat())
        .await;
    let forced = forced.ended_with(0).events("report");
    assert_eq!(forced[0]["replaced"], 1);
    assert_eq!(forced[0]["mediaConflicts"], serde_json::json!([]));
}

#[tokio::test]
async fn what_a_package_lacks_and_what_is_none_is_told() {
    let place = place().await;
    let some = [
        "pack",
        "some.zip",
        "stimulus/a",
        "item/nobody",
        "--bank",
        "one",
    ];
    let packed = place.qti(&some).await.ended_with(1);
    assert_eq!(packed.out, "1 packed, 1 missing\n");
    assert_eq!(packed.err, "missing item nobody: the bank has none\n");
    std::fs::write(place.path("letter.zip"), "a letter to a friend").unwrap();
    for file in ["letter.zip", "nowhere.zip"] {
        let refused = place
            .qti(&["unpack", file, "--bank", "other"])
            .await
            .ended_with(1);
        assert!(
            refused.err.starts_with(&format!("error: {file}: ")),
            "{refused}"
        );
    }
    let missing = ["unpack", "nowhere.zip", "--bank", "other"];
    let missing = place.qti(&missing).await.ended_with(1);
    assert!(!missing.err.contains("no zip"), "{missing}");
    let small = ["unpack", "some.zip", "--bank", "other", "--max-bytes", "10"];
    place.qti(&small).await.ended_with(1);
    assert!(!place.path("other/stimuli").exists());
}

#[tokio::test]
async fn a_reference_that_other_programs_cannot_follow_is_told_and_the_package_is_written() {
    let place = place().await;
    write(
        place.path("one/tests/t.xml"),
        "<qti-assessment-test xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='t' title='T'>\
         <qti-test-part identifier='p'><qti-assessment-section identifier='s'>\
         <qti-assessment-item-ref identifier='i' href='https://qti.example.org/api/assessment-items/i'/>\
         </qti-assessment-section></qti-test-part></qti-assessment-test>",
    );
    write(
        place.path("one/items/i.xml"),
        "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i' title='I'/>",
    );
    let pack = ["pack", "one.zip", "--bank", "one"];
    let packed = place.qti(&pack).await.ended_with(0);
    assert_eq!(packed.out, "4 packed, 1 misled\n");
    let told = "misled test t: reference \"i\" leads to \"https://qti.example.org/api/assessment-items/i\", not to \
                \"items/i.xml\"\n";
    assert_eq!(packed.err, told);
    let json = place
        .qti(&[&pack[..], &["--overwrite", "--json"]].concat())
        .await
        .ended_with(0);
    let report = &json.events("report")[0];
    assert_eq!(report["misled"][0]["identifier"], "t");
    assert_eq!(report["missingMedia"], serde_json::json!([]));
}

#[tokio::test]
async fn another_programs_file_in_place_of_the_record_ends_both_verbs_with_what_to_do() {
    let place = place().await;
    let pack = ["pack", "one.zip", "--bank", "one"];
    place.qti(&pack).await.ended_with(0);
    for bank in ["one", "other"] {
        write(
            place.path(&format!("{bank}/qti-package.json")),
            "{\"name\": \"site\"}",
        );
    }
    let unpack = ["unpack", "one.zip", "--bank", "other", "--force"];
    for arguments in [&[&pack[..], &["--overwrite"]].concat()[..], &unpack] {
        let refused = place.qti(arguments).await.ended_with(1);
        assert!(refused.err.contains("qti-package.json"), "{refused}");
        assert!(refused.err.contains("move it away"), "{refused}");
    }
    assert!(!place.path("other/stimuli").exists());
}

//! Stimuli.

use timeback_qti::ErrorKind;
use timeback_qti::models::StimulusInput;

use crate::{metadata, support};

#[tokio::test]
async fn a_stimulus_is_written_read_edited_and_deleted() {
    let (_sandbox, client) = support::sandbox().await;
    let mut input = StimulusInput::new("italy", "Italy", "<p>Rome &amp; <em>Milan</em></p>");
    input.metadata = Some(metadata(5));
    client.stimuli().create(&input).await.unwrap();
    assert_eq!(
        client.stimuli().create(&input).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert!(!client.stimuli().upsert(&input).await.unwrap().is_created());

    let stimulus = client.stimulus("italy");
    stimulus
        .edit(|stimulus| stimulus.title = "Italia".to_owned())
        .await
        .unwrap();
    let read = stimulus.get().await.unwrap();
    assert_eq!(read.title, "Italia");
    assert_eq!(
        read.metadata,
        Some(metadata(5)),
        "an edit keeps what it does not touch"
    );
    assert_eq!(read.view().unwrap().body.unwrap().text(), "Rome & Milan");

    let listed = client.stimuli().list().limit(1).collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(stimulus.delete_if_exists().await.unwrap());
    assert!(!stimulus.exists().await.unwrap());
}

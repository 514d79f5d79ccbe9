use std::ffi::OsStr;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::task::Poll;

use serde_json::{Value, json};
use tempfile::TempDir;
use timeback_qti::models::{Metadata, StimulusInput};
use timeback_qti::{Client, RetryPolicy};
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::push::{PushOptions, PushReport};
use timeback_qti_bank::{Bank, Connection, Identifier, Key, Kind, Settings, unobserved};
use timeback_qti_sandbox::{RequestRecord, Sandbox, program};
use tokio::process::Command;

pub(crate) fn item_xml(identifier: &str, stimulus: Option<&str>, text: &str) -> String {
    let reference = stimulus.map_or_else(String::new, |stimulus| {
        format!("<qti-assessment-stimulus-ref identifier=\"{stimulus}\" href=\"{stimulus}.xml\" title=\"S\"/>")
    });
    format!(
        "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"{identifier}\" \
         title=\"{text}\" adaptive=\"false\" time-dependent=\"false\">\
         <qti-response-declaration identifier=\"RESPONSE\" cardinality=\"single\" base-type=\"identifier\">\
         <qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>\
         <qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\"/>{reference}\
         <qti-item-body><qti-choice-interaction response-identifier=\"RESPONSE\" max-choices=\"1\">\
         <qti-simple-choice identifier=\"A\">Rome</qti-simple-choice>\
         <qti-simple-choice identifier=\"B\">Milan</qti-simple-choice></qti-choice-interaction></qti-item-body>\
         <qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>\
         </qti-assessment-item>"
    )
}

pub(crate) fn test_xml(identifier: &str, items: &[&str], title: &str) -> String {
    let items: String = items
        .iter()
        .map(|item| format!("<qti-assessment-item-ref identifier=\"{item}\" href=\"{item}.xml\"/>"))
        .collect();
    format!(
        "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"{identifier}\" \
         title=\"{title}\"><qti-test-part identifier=\"part\" navigation-mode=\"linear\" \
         submission-mode=\"individual\"><qti-assessment-section identifier=\"section\" title=\"Section\" \
         visible=\"true\">{items}</qti-assessment-section></qti-test-part></qti-assessment-test>"
    )
}

pub(crate) fn metadata(value: Value) -> Metadata {
    value.as_object().cloned().unwrap_or_default()
}

pub(crate) fn key(kind: Kind, identifier: &str) -> Key {
    Key::new(kind, Identifier::new(identifier).unwrap())
}

/// A service with a stimulus, items that refer to it, and a test of them.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

pub(crate) fn client(sandbox: &Sandbox) -> Client {
    Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret().to_owned())
        .retry(RetryPolicy::default().base_delay(std::time::Duration::from_millis(1)))
        .build()
        .unwrap()
}

impl World {
    pub(crate) async fn empty() -> Self {
        Self::on(Sandbox::start().await.unwrap())
    }

    pub(crate) fn on(sandbox: Sandbox) -> Self {
        let client = client(&sandbox);
        Self { sandbox, client }
    }

    pub(crate) async fn new(items: usize) -> Self {
        let world = Self::empty().await;
        world.fill(items).await;
        world
    }

    /// Creates a stimulus, items that refer to it, and a test of them.
    pub(crate) async fn fill(&self, items: usize) {
        let mut stimulus = StimulusInput::new("Italy", "Italy", "<p>Rome</p>");
        stimulus.metadata = Some(metadata(json!({"level": 3})));
        self.client.stimuli().create(&stimulus).await.unwrap();
        let names: Vec<_> = (0..items).map(|number| format!("item-{number}")).collect();
        for name in &names {
            let given = metadata(json!({"DOK": 2, "tags": ["a", "b"]}));
            let xml = item_xml(name, Some("Italy"), "Capitals");
            self.client
                .items()
                .create_xml(&xml, Some(&given))
                .await
                .unwrap();
        }
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let xml = test_xml("test-1", &names, "Geography");
        self.client.tests().create_xml(&xml).await.unwrap();
        let given = metadata(json!({"subject": "Geography"}));
        self.client
            .test("test-1")
            .update_metadata(&given)
            .await
            .unwrap();
    }

    /// How many requests that change something are in the log, which holds the latest thousand.
    pub(crate) fn writes(&self) -> usize {
        self.writes_after(0)
    }

    /// The same of those after this one.
    pub(crate) fn writes_after(&self, number: u64) -> usize {
        let requests = self.sandbox.requests();
        let is_write = |operation: &str| {
            operation != "token"
                && !operation.starts_with("get")
                && !operation.starts_with("search")
        };
        let writes = requests.iter().filter(|request| {
            request.number > number && request.operation.as_deref().is_some_and(is_write)
        });
        writes.count()
    }

    pub(crate) fn last_request(&self) -> u64 {
        self.sandbox
            .requests()
            .last()
            .map_or(0, |request| request.number)
    }
}

/// Goes on with a future until so many more requests have arrived; what came of it, if it is done by then.
pub(crate) async fn proceed<F: Future>(
    world: &World,
    requests: u64,
    mut future: Pin<&mut F>,
) -> Option<F::Output> {
    let last = world.last_request() + requests;
    std::future::poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Pending if world.last_request() < last => Poll::Pending,
        Poll::Pending => Poll::Ready(None),
        Poll::Ready(output) => Poll::Ready(Some(output)),
    })
    .await
}

/// How many requests of an operation have arrived.
pub(crate) fn sent(world: &World, operation: &str) -> usize {
    let requests = world.sandbox.requests();
    let is_it = |request: &&RequestRecord| request.operation.as_deref() == Some(operation);
    requests.iter().filter(is_it).count()
}

/// How many of them got this status.
pub(crate) fn answered(world: &World, operation: &str, status: u16) -> usize {
    let requests = world.sandbox.requests();
    let is_it = |request: &&RequestRecord| {
        request.operation.as_deref() == Some(operation) && request.status == Some(status)
    };
    requests.iter().filter(is_it).count()
}

pub(crate) struct Folder {
    pub(crate) folder: TempDir,
    pub(crate) bank: Bank,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let bank = Bank::init(folder.path(), Settings::default()).unwrap();
        Self { folder, bank }
    }

    pub(crate) async fn pulled(world: &World) -> Self {
        let folder = Self::new();
        let report = folder.pull(world).await;
        assert_eq!(report.failed, []);
        folder
    }

    pub(crate) fn connect(&self, world: &World) -> Connection {
        self.bank.connect(&world.client).unwrap()
    }

    pub(crate) async fn pull(&self, world: &World) -> PullReport {
        self.connect(world)
            .pull(&PullOptions::default(), &unobserved)
            .await
            .unwrap()
    }

    pub(crate) async fn push(&self, world: &World, options: PushOptions) -> PushReport {
        self.connect(world)
            .push(&options, &unobserved)
            .await
            .unwrap()
    }

    pub(crate) fn path(&self, key: &Key) -> PathBuf {
        self.bank.path(key)
    }

    pub(crate) fn change(&self, key: &Key, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(key)).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(self.path(key), text.replace(from, to)).unwrap();
    }
}

/// A test of this binary, run in a process of its own.
pub(crate) struct Child(Command);

impl Child {
    pub(crate) fn of(test: &str) -> Self {
        // On Linux by a path that needs no permission for the folders that the binary stands in.
        let own = Some(PathBuf::from("/proc/self/exe")).filter(|path| path.exists());
        let own = own.unwrap_or_else(|| std::env::current_exe().unwrap());
        let mut command = Command::new(own);
        command.args(["--exact", "--nocapture", test]);
        command.current_dir("/").stdin(Stdio::null());
        Self(command)
    }

    /// No file of its grows beyond so many bytes, as on a full disk.
    #[cfg(unix)]
    pub(crate) fn with_files_of(self, bytes: u64) -> Self {
        let own = self.0.into_std();
        let mut command = Command::new("/bin/sh");
        let limited = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
        let blocks = (bytes / 512).to_string();
        command.args(["-c", limited, "sh", &blocks]);
        // To the shell, its own path would be the shell's.
        command.arg(std::env::current_exe().unwrap());
        command.args(own.get_args());
        command.current_dir("/").stdin(Stdio::null());
        Self(command)
    }

    pub(crate) fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// It finds the service in its environment.
    pub(crate) fn knowing(mut self, world: &World) -> Self {
        self.0.envs(program::variables(&world.sandbox));
        self
    }

    /// Run by somebody who is stopped by permissions: root is not.
    #[cfg(unix)]
    pub(crate) fn unprivileged(mut self) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        const NOBODY: u32 = 65_534;
        if tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0 {
            self.0.uid(NOBODY).gid(NOBODY);
        }
        self
    }

    pub(crate) fn start(mut self) -> tokio::process::Child {
        self.0.stdout(Stdio::null()).stderr(Stdio::null());
        self.0.kill_on_drop(true).spawn().unwrap()
    }

    pub(crate) async fn succeeds(mut self) {
        let output = self.0.output().await.unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && out.contains("1 passed"),
            "{out}\n{err}"
        );
    }
}

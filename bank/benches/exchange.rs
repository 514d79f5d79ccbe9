//! A whole bank pushed into an empty service, and pulled from it: how long that takes beside what the latency alone would, how
//! many requests, and how much memory. `cargo bench -p timeback-qti-bank --bench exchange` prints the table.
//!
//! The service is a sandbox in a process of its own, and so is each row's bank, so that their peaks of memory are their own.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use timeback_qti::Client;
use timeback_qti_bank::pull::PullOptions;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Bank, Entity, Identifier, Key, Kind, Settings, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// How many requests the client sends at once.
const CONCURRENCY: f64 = 10.0;
const QTI_3: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

/// What a bank holds.
#[derive(Debug, Clone, Copy)]
struct Size {
    items: usize,
    stimuli: usize,
    tests: usize,
}

impl Size {
    fn whole() -> Self {
        Self {
            items: 10_000,
            stimuli: 2_000,
            tests: 100,
        }
    }

    fn divided(self, by: usize) -> Self {
        Self {
            items: self.items / by,
            stimuli: self.stimuli / by,
            tests: self.tests / by,
        }
    }

    fn entities(self) -> usize {
        self.items + self.stimuli + self.tests
    }

    /// The pages of all its lists, 100 entities each.
    fn pages(self) -> usize {
        [self.items, self.stimuli, self.tests]
            .iter()
            .map(|count| count.div_ceil(100))
            .sum()
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let numbers: Vec<usize> = arguments
        .iter()
        .skip(1)
        .filter_map(|number| number.parse().ok())
        .collect();
    match (arguments.first().map(String::as_str), numbers.as_slice()) {
        (Some("serve"), [latency]) => serve(*latency as u64),
        (Some("exchange"), [by, latency]) => exchange(Size::whole().divided(*by), *latency as u64),
        _ if std::env::args().any(|argument| argument == "--test") => row(100, 0),
        _ => {
            println!("entities  latency  verb           seconds  requests  bound  ratio  peak MB");
            [(4, 0), (1, 0), (4, 50), (1, 50)]
                .into_iter()
                .try_for_each(|(by, latency)| row(by, latency))
        }
    }
}

/// Measures in a process of its own.
fn row(by: usize, latency: u64) -> Result<()> {
    let mut child = itself(&["exchange".to_owned(), by.to_string(), latency.to_string()])?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err("a row has failed".into()),
    }
}

fn itself(arguments: &[String]) -> Result<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .args(arguments)
        .spawn()?)
}

/// The service, until standard input ends.
#[tokio::main]
async fn serve(latency: u64) -> Result<()> {
    let sandbox = Sandbox::start().await?;
    if latency > 0 {
        sandbox.set_faults([FaultRule::new(Effect::Latency { millis: latency })])?;
    }
    println!("{}\n{}", sandbox.base_url(), sandbox.token_url());
    // Each line asks how many requests there were.
    let (ask, mut asked) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(std::result::Result::ok);
        lines.for_each(|_| ask.send(()).unwrap_or_default());
    });
    while asked.recv().await.is_some() {
        println!(
            "{}",
            sandbox
                .requests()
                .last()
                .map_or(0, |request| request.number)
        );
    }
    Ok(())
}

/// The service as a row sees it.
struct Service {
    child: Child,
    out: std::io::Lines<BufReader<std::process::ChildStdout>>,
    client: Client,
}

impl Service {
    fn start(latency: u64) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", &latency.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut line = || -> Result<String> { Ok(out.next().ok_or("the service has ended")??) };
        let (base, token) = (line()?, line()?);
        let client = Client::builder().base_url(base).token_url(token);
        let client = client
            .credentials("sandbox-client", "sandbox-secret")
            .build()?;
        Ok(Self { child, out, client })
    }

    /// How many requests there were so far.
    fn requests(&mut self) -> Result<u64> {
        writeln!(self.child.stdin.as_mut().ok_or("no input")?)?;
        Ok(self.out.next().ok_or("the service has ended")??.parse()?)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.stdin = None;
        // It ends by itself once it has no input.
        let _ = self.child.wait();
    }
}

#[tokio::main]
async fn exchange(size: Size, latency: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let bank = Bank::init(&one, Settings::default())?;
    fill(&bank, size)?;
    let mut service = Service::start(latency)?;
    let copy = Bank::init(&other, Settings::default())?;
    for (verb, bank) in [
        ("push", &bank),
        ("push again", &bank),
        ("pull", &copy),
        ("pull again", &copy),
    ] {
        let before = service.requests()?;
        let connection = bank.connect(&service.client)?;
        let begun = Instant::now();
        let failed = match verb.starts_with("push") {
            true => {
                connection
                    .push(&PushOptions::default(), &unobserved)
                    .await?
                    .failed
            }
            false => {
                connection
                    .pull(&PullOptions::default(), &unobserved)
                    .await?
                    .failed
            }
        };
        let took = begun.elapsed();
        if let Some(note) = failed.first() {
            return Err(format!("{}: {}", note.key, note.message).into());
        }
        let requests = service.requests()? - before;
        tell(size, latency, verb, took, requests);
    }
    let same = |kind: Kind| -> Result<bool> { Ok(bank.keys_of(kind)? == copy.keys_of(kind)?) };
    match Kind::ALL
        .into_iter()
        .map(same)
        .collect::<Result<Vec<_>>>()?
        .contains(&false)
    {
        true => Err("the two banks hold different entities".into()),
        false => Ok(()),
    }
}

fn tell(size: Size, latency: u64, verb: &str, took: Duration, requests: u64) {
    let bound = requests as f64 * latency as f64 / 1000.0 / CONCURRENCY;
    let ratio = match latency {
        0 => "-".to_owned(),
        _ => format!("{:.2}", took.as_secs_f64() / bound),
    };
    let pages = match verb.ends_with("again") {
        true => format!(" ({} list pages)", size.pages()),
        false => String::new(),
    };
    println!(
        "{:8}  {latency:4} ms  {verb:12} {:8.1}  {requests:8}  {bound:5.1}  {ratio:>5}  {:7.0}{pages}",
        size.entities(),
        took.as_secs_f64(),
        peak_megabytes().unwrap_or(f64::NAN),
    );
}

/// The most memory that this process has had, where the system tells.
fn peak_megabytes() -> Option<f64> {
    let status = fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn fill(bank: &Bank, size: Size) -> Result<()> {
    let write = |kind, identifier: String, xml: String| -> Result<()> {
        let mut entity = Entity::new(Key::new(kind, Identifier::new(identifier)?), xml);
        entity.beside.insert(
            "metadata".to_owned(),
            serde_json::json!({"grade": 5, "subject": "geography"}),
        );
        Ok(bank.write(&entity)?)
    };
    let text = "The river flows through the plain, past towns and fields, and reaches the sea in a wide delta. ".repeat(20);
    for number in 0..size.stimuli {
        let id = format!("stimulus-{number}");
        let xml = format!(
            "<qti-assessment-stimulus xmlns=\"{QTI_3}\" identifier=\"{id}\" title=\"Rivers {number}\"><qti-stimulus-body>\
             <p>{text}</p></qti-stimulus-body></qti-assessment-stimulus>"
        );
        write(Kind::Stimulus, id, xml)?;
    }
    for number in 0..size.items {
        let (id, stimulus) = (format!("item-{number}"), number % size.stimuli.max(1));
        let xml = format!(
            "<qti-assessment-item xmlns=\"{QTI_3}\" identifier=\"{id}\" title=\"Question {number}\" adaptive=\"false\" \
             time-dependent=\"false\"><qti-response-declaration identifier=\"RESPONSE\" cardinality=\"single\" \
             base-type=\"identifier\"><qti-correct-response><qti-value>A</qti-value></qti-correct-response>\
             </qti-response-declaration><qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" \
             base-type=\"float\"/><qti-assessment-stimulus-ref identifier=\"stimulus-{stimulus}\" href=\"s.xml\" \
             title=\"S\"/><qti-item-body><p>{text}</p><qti-choice-interaction response-identifier=\"RESPONSE\" \
             max-choices=\"1\"><qti-simple-choice identifier=\"A\">Number {number}</qti-simple-choice>\
             <qti-simple-choice identifier=\"B\">Another</qti-simple-choice></qti-choice-interaction></qti-item-body>\
             <qti-response-processing template=\"https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml\"/>\
             </qti-assessment-item>"
        );
        write(Kind::Item, id, xml)?;
    }
    for number in 0..size.tests {
        let id = format!("test-{number}");
        let items = size.items / size.tests;
        let references: String = (number * items..(number + 1) * items)
            .map(|item| {
                format!(
                    "<qti-assessment-item-ref identifier=\"item-{item}\" href=\"item-{item}.xml\"/>"
                )
            })
            .collect();
        let xml = format!(
            "<qti-assessment-test xmlns=\"{QTI_3}\" identifier=\"{id}\" title=\"Test {number}\"><qti-test-part \
             identifier=\"part\" navigation-mode=\"linear\" submission-mode=\"individual\"><qti-assessment-section \
             identifier=\"section\" title=\"Section\" visible=\"true\">{references}</qti-assessment-section>\
             </qti-test-part></qti-assessment-test>"
        );
        write(Kind::Test, id, xml)?;
    }
    Ok(())
}

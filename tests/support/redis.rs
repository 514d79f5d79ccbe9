//! A real Redis, of a test's own.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use timeback_qti::RedisTokenStore;

/// It ends when it is dropped.
pub struct Redis {
    process: Child,
    pub url: String,
}

impl Redis {
    /// Nothing where there is no `redis-server`.
    pub async fn start() -> Option<Self> {
        let port = free_port();
        Self::run(port, "redis", &["--port", &port.to_string()]).await
    }

    /// One that speaks TLS, with a certificate that it leaves in the folder as `certificate.pem`. Nothing where the
    /// `redis-server` of this machine cannot.
    pub async fn start_with_tls(folder: &Path) -> Option<Self> {
        let port = free_port();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let tls = [
            "--port",
            "0",
            "--tls-port",
            &port.to_string(),
            "--tls-cert-file",
            certificate.to_str().unwrap(),
            "--tls-key-file",
            key.to_str().unwrap(),
            "--tls-auth-clients",
            "no",
        ];
        Self::run(port, "rediss", &tls).await
    }

    async fn run(port: u16, scheme: &str, arguments: &[&str]) -> Option<Self> {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(arguments)
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            eprintln!("skipped: no redis-server on the path");
            return None;
        };
        let mut redis = Self {
            process,
            url: format!("{scheme}://127.0.0.1:{port}/"),
        };
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            if redis.process.try_wait().unwrap().is_some() {
                eprintln!("skipped: the redis-server on the path does not take {arguments:?}");
                return None;
            }
            tokio::task::yield_now().await;
        }
        Some(redis)
    }

    pub fn store(&self) -> RedisTokenStore {
        RedisTokenStore::new(&self.url).unwrap()
    }

    pub fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

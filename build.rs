//! Gives the binary a page to embed where the web app has not been built yet.

use std::{fs, io, path::Path};

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Switchboard</title>\n\
<p>The web app is not built into this binary: run <code>make web</code> and build again.\n\
The API is there all the same: <a href=\"/docs\">/docs</a>.</p>\n</html>\n";

fn main() -> io::Result<()> {
    let page = Path::new("web/dist/index.html");
    if !page.exists() {
        fs::create_dir_all("web/dist")?;
        fs::write(page, PLACEHOLDER)?;
    }
    println!("cargo::rerun-if-changed=web/dist");
    Ok(())
}

//! Names of entries in archives, wherever those come from.
//@ persona: auditor

use std::fs::File;
use std::io::Read;
use std::path::Path;

fn unzip(file: File) -> std::io::Result<()> {
    let mut archive = zip::ZipArchive::new(file)?;
    for at in 0..archive.len() {
        let entry = archive.by_index(at)?;
        let target = Path::new("plugins").join(entry.name());
        File::create(target)?; //~ path-traversal
    }
    Ok(())
}

fn write(name: &str) -> std::io::Result<()> {
    std::fs::write(format!("plugins/{name}"), "") //~ path-traversal
}

fn in_a_helper(file: File) -> std::io::Result<()> {
    let mut archive = zip::ZipArchive::new(file)?;
    let entry = archive.by_index(0)?;
    write(entry.name())
}

fn of_tar(mut entry: tar::Entry<'_, File>) -> std::io::Result<()> {
    let target = Path::new("plugins").join(entry.path()?);
    entry.unpack(target)?; //~ path-traversal
    Ok(())
}

fn enclosed(file: File) -> std::io::Result<()> {
    let mut archive = zip::ZipArchive::new(file)?;
    let entry = archive.by_index(0)?;
    // near miss: `None` where it leads out of the folder
    if let Some(name) = entry.enclosed_name() {
        File::create(Path::new("plugins").join(name))?;
    }
    Ok(())
}

fn contents(file: File) -> std::io::Result<()> {
    let mut archive = zip::ZipArchive::new(file)?;
    let mut entry = archive.by_index(0)?;
    let mut text = String::new();
    entry.read_to_string(&mut text)?;
    // near miss: what is in it is written, under a name of the program's own
    std::fs::write("plugins/first", text)
}

fn unpacked(mut entry: tar::Entry<'_, File>) -> std::io::Result<bool> {
    // near miss: `unpack_in` leaves out what leads out of the folder
    entry.unpack_in("plugins")
}

fn main() {}

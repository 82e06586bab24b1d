use super::pool::Buffers;

#[test]
fn buffers_stay_within_the_limit_and_come_back() {
    let buffers = Buffers::new(100, 40);
    let first = buffers.take(0).unwrap();
    assert!(buffers.take(30).is_none(), "30 bytes stay free");
    let second = buffers.take(20).unwrap();
    assert!(buffers.take(0).is_none());
    let shared = buffers.share(first);
    let clone = shared.clone();
    drop(shared);
    assert!(buffers.take(0).is_none());
    drop(clone);
    assert!(buffers.take(0).is_some());
    buffers.give_back(second);
    assert_eq!(buffers.peak(), 80);
}

#[test]
fn small_chunks_take_little_memory() {
    let buffers = Buffers::new(100, 40);
    let mut lines = buffers.take(0).unwrap();
    lines.extend_from_slice(b"0123456789");
    let small = buffers.fit(lines);
    assert_eq!((&small[..], small.capacity()), (&b"0123456789"[..], 10));
    // One buffer lies ready, and ten bytes are in use.
    assert!(buffers.take(50).is_some());
    drop(buffers.share(small));
    assert!(buffers.try_sized(20, 41).is_none());
    let compressed = buffers.try_sized(10, 50).unwrap();
    buffers.give_back(compressed);
    assert!(buffers.try_sized(10, 50).is_some());
}

#[test]
fn other_bytes_count_too() {
    let buffers = Buffers::new(100, 40);
    let charge = buffers.charge(70);
    assert!(buffers.take(0).is_none());
    drop(charge);
    assert!(buffers.take(0).is_some());
}

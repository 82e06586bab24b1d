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

#[test]
fn what_must_not_wait_gets_a_buffer_above_the_limit() {
    let buffers = Buffers::new(40, 40);
    let first = buffers.take_now();
    let second = buffers.take_now();
    assert_eq!((first.capacity(), second.capacity()), (40, 40));
    assert_eq!(buffers.peak(), 80);
    buffers.give_back(first);
    assert_eq!(buffers.take_now().capacity(), 40);
    assert_eq!(buffers.peak(), 80, "the free one was taken");
}

#[test]
fn a_chunk_of_more_than_half_a_buffer_keeps_it() {
    let buffers = Buffers::new(100, 40);
    let mut lines = buffers.take(0).unwrap();
    lines.extend_from_slice(&[b'x'; 21]);
    assert_eq!(buffers.fit(lines).capacity(), 40);
    assert_eq!(buffers.sized(21).capacity(), 40);
    assert_eq!(buffers.sized(20).capacity(), 20);
    assert_eq!(buffers.peak(), 100);
}

#[test]
fn a_buffer_that_grew_counts_up_to_its_size() {
    let buffers = Buffers::new(100, 40);
    let small = buffers.sized(10);
    assert_eq!(buffers.peak(), small.capacity());
    buffers.grown(10, &Vec::with_capacity(30));
    assert_eq!(buffers.peak(), 30);
    buffers.grown(30, &Vec::with_capacity(70));
    assert_eq!(buffers.peak(), 40);
    // The rest is a charge of its own.
    let excess = buffers.charge_excess(70);
    assert_eq!(buffers.peak(), 70);
    buffers.give_back(Vec::with_capacity(70));
    drop(excess);
    assert!(buffers.try_sized(1, 99).is_some(), "nothing is in use");
    assert!(buffers.try_sized(1, 99).is_none());
}

#[test]
fn bytes_held_elsewhere_count_towards_the_peak_only() {
    let buffers = Buffers::new(100, 40);
    let _charge = buffers.charge(10);
    buffers.note(60);
    buffers.note(20);
    assert_eq!(buffers.peak(), 70);
    assert!(buffers.take(50).is_some());
}

#[test]
fn few_free_buffers_are_kept() {
    let buffers = Buffers::new(10_000, 10);
    let taken: Vec<_> = (0..80).map(|_| buffers.take_now()).collect();
    taken
        .into_iter()
        .for_each(|buffer| buffers.give_back(buffer));
    // 64 of 10 bytes are ready.
    assert!(buffers.try_sized(1, 10_000 - 640).is_none());
    assert!(buffers.try_sized(1, 10_000 - 641).is_some());
}

// Waits until all of the group have come here, and sees what they wrote into shared memory: older
// readings of the standard let barrier() alone do only the first.
void all_written() {
  memoryBarrierShared();
  barrier();
}

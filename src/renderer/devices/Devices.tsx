/** This teacher's devices on each server. */
export function Devices() {
  return null;
}

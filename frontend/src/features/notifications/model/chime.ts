/** Two soft notes, the second answering the first. Made here: there is nothing to download. */
const NOTES = [
  { hertz: 587.33, at: 0 },
  { hertz: 880, at: 0.14 },
];
const LOUDNESS = 0.12;
const LENGTH_S = 0.45;

let context: AudioContext | undefined;

/** Plays the sound. A browser that was never touched since the page came stays silent, by its own rule. */
export async function chime(): Promise<void> {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
  for (const { hertz, at } of NOTES) {
    const begin = context.currentTime + at;
    const note = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + LENGTH_S);
    note.connect(volume).connect(context.destination);
    note.start(begin);
    note.stop(begin + LENGTH_S);
  }
}

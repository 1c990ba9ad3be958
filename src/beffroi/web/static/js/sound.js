// A short, low chime for a new alert: off until a person asks for it on this screen.

const KEPT = "beffroi-sound";

export function makeSound(button) {
  let on = localStorage.getItem(KEPT) === "on";
  let context = null;
  const show = () => button.setAttribute("aria-pressed", String(on));
  function chime() {
    if (!on) return;
    context ??= new AudioContext();
    for (const [pitch, delay] of [[523, 0], [392, 0.18]]) {
      const tone = context.createOscillator(), level = context.createGain();
      const start = context.currentTime + delay;
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, start);
      level.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, start + 0.7);
      tone.connect(level).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.75);
    }
  }
  button.addEventListener("click", () => {
    on = !on;
    localStorage.setItem(KEPT, on ? "on" : "off");
    show();
    chime();
  });
  show();
  return chime;
}

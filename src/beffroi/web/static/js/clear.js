// The clear image: asked for with a reason, shown once, kept nowhere.

export function showClear(pane) {
  pane.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-clear]")) return;
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) {
      // The page of the error says what to do: let the browser show it as for a plain form.
      form.removeAttribute("data-clear");
      form.submit();
      return;
    }
    const address = URL.createObjectURL(await answer.blob());
    const video = document.createElement("video");
    Object.assign(video, { src: address, autoplay: true, muted: true, controls: true });
    video.className = "clear";
    form.closest("details").replaceChildren(form.closest("details").querySelector("summary"), video);
    const gone = new MutationObserver(() => {
      if (video.isConnected) return;
      URL.revokeObjectURL(address);
      gone.disconnect();
    });
    gone.observe(pane, { childList: true, subtree: true });
    // The element keeps what it has loaded; nothing else can ask for it again.
    video.addEventListener("ended", () => video.pause());
  });
}

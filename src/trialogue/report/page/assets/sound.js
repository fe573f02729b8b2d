"use strict";
// The sound; without any, a clock that runs like it.
class Sound {
  constructor(source, length, tick) {
    this.length = length; this.tick = tick; this.rate = 1; this.playing = false; this.stood = 0; this.since = 0; this.audio = null;
    if (source) {
      this.audio = new Audio(); this.audio.preload = "auto"; this.source = source;
      this.audio.addEventListener("ended", () => this.pause());
      this.audio.addEventListener("error", () => { this.audio = null; this.failed = true; this.tick(); });
    }
  }

  // The MP3 is in the page's last elements: it is put together when it is first needed.
  load() {
    if (!this.audio || this.audio.src) return;
    if (this.source.href) { this.audio.src = this.source.href; }
    else {
      const parts = [...document.querySelectorAll("script.sound")].map((each) => Uint8Array.from(atob(each.textContent), (char) => char.charCodeAt(0)));
      this.audio.src = URL.createObjectURL(new Blob(parts, { type: this.source.type }));
    }
    this.audio.currentTime = this.stood; this.audio.playbackRate = this.rate;
  }

  get time() {
    if (this.playing && this.audio) return Math.min(this.length, this.audio.currentTime);
    return this.playing ? Math.min(this.length, this.stood + (performance.now() - this.since) / 1000 * this.rate) : this.stood;
  }

  seek(time) {
    this.stood = Math.min(this.length, Math.max(0, time)); this.since = performance.now();
    if (this.audio?.src) this.audio.currentTime = this.stood;
  }

  speed(rate) { this.seek(this.time); this.rate = rate; if (this.audio) this.audio.playbackRate = rate; }

  async play() {
    if (this.stood >= this.length) this.seek(0);
    if (this.audio && document.readyState === "loading") await new Promise((ready) => document.addEventListener("DOMContentLoaded", ready, { once: true }));
    this.load();
    if (this.audio) await this.audio.play();
    this.since = performance.now(); this.playing = true; this.step();
  }

  pause() { this.stood = this.time; this.playing = false; this.audio?.pause(); this.tick(); }

  step() {
    if (!this.playing) return;
    if (this.time >= this.length) { this.pause(); return; }
    this.tick(); requestAnimationFrame(() => this.step());
  }
}

/* The application form, made easier: what is already public, a draft on this device, work against floods. Every page
   does its work without this file. */
(function () {
  "use strict";
  var english = document.documentElement.lang === "en";
  function say(zh, en) { return english ? en : zh; }
  var form = document.getElementById("apply");
  var place = document.querySelector("[data-draft]");

  // -- what is already public, while somebody writes --------------------------------------------------------------
  document.querySelectorAll("[data-suggest]").forEach(function (field) {
    var shown = document.createElement("div"), timer = 0, asked = "";
    shown.setAttribute("role", "status");
    field.after(shown);
    function ask() {
      var words = field.value.trim();
      if (words.length < 4 || words === asked) { return; }
      asked = words;
      var sent = new URLSearchParams({ words: words, csrf_token: field.form.elements.csrf_token.value });
      fetch(field.getAttribute("data-suggest"), { method: "POST", body: sent, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : ""; })
        .then(function (page) { if (words === asked) { shown.innerHTML = page; } })
        .catch(function () { shown.textContent = ""; });
    }
    field.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 700); });
  });

  // -- the draft: on this device only, without identity numbers, for a week ----------------------------------------
  var KEY = "gongkai-apply", WEEK = 7 * 24 * 3600 * 1000;
  function load() {
    try {
      var kept = JSON.parse(localStorage.getItem(KEY) || "null");
      return kept && Date.now() - kept.at < WEEK ? kept : null;
    } catch (problem) { return null; }
  }
  function forget() { try { localStorage.removeItem(KEY); } catch (problem) { return; } }
  function secret(field) { return field.hasAttribute("data-private") || /^(id_number|credit_code)$/.test(field.name); }
  function answers() {
    var found = {};
    Array.prototype.forEach.call(form.elements, function (field) {
      var name = field.name.replace(/^apply-/, "");
      if (!/^[a-z_]+$/.test(name) || /^(csrf_token|ticket|work|step|next|back|go|photo|files)$/.test(name)) { return; }
      if (name.slice(0, 2) === "__" || secret(field)) { return; }
      if ((field.type === "radio" || field.type === "checkbox") && !field.checked) { return; }
      if (field.value) { found[name] = field.value; }
    });
    return found;
  }
  function save() {
    var kept = { at: Date.now(), step: place.getAttribute("data-step"), answers: answers() };
    try { localStorage.setItem(KEY, JSON.stringify(kept)); } catch (problem) { return; }
    tell(say("草稿存在这台设备上（不含证件号码），7天后自动清除。", "The draft is kept on this device, without identity numbers, for 7 days."),
      [[say("清除草稿", "Clear the draft"), clear]]);
  }
  function clear() { forget(); tell(say("草稿已清除。", "The draft was cleared."), []); }
  function tell(words, buttons) {
    var said = document.querySelector("[data-draft-said]");
    if (!said) { return; }
    said.hidden = false;
    said.textContent = words;
    buttons.forEach(function (each) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm btn-plain";
      button.textContent = each[0];
      button.addEventListener("click", each[1]);
      said.append(" ", button);
    });
  }
  function goOn(kept) {
    var again = document.createElement("form");
    again.method = "post";
    again.action = "/apply/new";
    var sent = Object.assign({}, kept.answers, { go: kept.step === "check" ? "person" : kept.step,
      csrf_token: form.elements.csrf_token.value });
    Object.keys(sent).forEach(function (name) {
      var field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = sent[name];
      again.append(field);
    });
    document.body.append(again);
    again.submit();
  }
  if (form && place) {
    var before = load();
    if (place.getAttribute("data-step") === "whom" && before && before.step !== "whom") {
      tell(say("上次填写的还在这台设备上。", "What you wrote last time is still on this device."),
        [[say("接着填写", "Go on"), function () { goOn(before); }], [say("清除草稿", "Clear the draft"), clear]]);
      form.addEventListener("submit", save);
    } else {
      form.addEventListener("input", save);
      form.addEventListener("submit", save);
    }
  }
  if (document.querySelector("[data-filed]")) { forget(); }

  // -- files: not too large, and not sent when only a page is turned ------------------------------------------------
  if (form && form.hasAttribute("data-most")) {
    form.addEventListener("submit", function (event) {
      var fields = form.querySelectorAll("input[type=file]"), total = 0;
      var most = Number(form.getAttribute("data-most"));
      fields.forEach(function (field) { Array.prototype.forEach.call(field.files, function (file) { total += file.size; }); });
      if (event.submitter && event.submitter.name !== "next") {
        fields.forEach(function (field) { field.disabled = true; });
      } else if (total > most * 1024 * 1024) {
        event.preventDefault();
        event.stopImmediatePropagation();
        tell(say("文件合计超过" + most + "兆字节，请少选几个，或者压缩以后再选。",
          "The files are larger than " + most + " MB together: choose fewer or smaller ones."), []);
        fields[0].focus();
      }
    }, true);
    window.addEventListener("pageshow", function () {
      form.querySelectorAll("input[type=file]").forEach(function (field) { field.disabled = false; });
    });
  }

  // -- the work: a number for which SHA-256 begins with so many zero bits; also where the browser has no crypto -------
  var K = [], H0 = [];
  (function primes() {
    for (var n = 2; K.length < 64; n += 1) {
      var prime = true;
      for (var d = 2; d * d <= n; d += 1) { if (n % d === 0) { prime = false; break; } }
      if (prime) {
        if (H0.length < 8) { H0.push((Math.sqrt(n) % 1) * 4294967296 | 0); }
        K.push((Math.cbrt(n) % 1) * 4294967296 | 0);
      }
    }
  }());
  function padded(text) {
    var words = new Int32Array(((text.length + 8 >> 6) + 1) * 16);
    for (var i = 0; i < text.length; i += 1) { words[i >> 2] |= text.charCodeAt(i) << (24 - i % 4 * 8); }
    words[text.length >> 2] |= 0x80 << (24 - text.length % 4 * 8);
    words[words.length - 1] = text.length * 8;
    return words;
  }
  function turn(x, n) { return x >>> n | x << (32 - n); }
  var w = new Int32Array(64);
  function block(h, words, at) {
    var a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], k = h[7];
    for (var i = 0; i < 64; i += 1) {
      if (i < 16) { w[i] = words[at + i]; } else {
        var s0 = w[i - 15], s1 = w[i - 2];
        w[i] = w[i - 16] + w[i - 7] + (turn(s0, 7) ^ turn(s0, 18) ^ s0 >>> 3) + (turn(s1, 17) ^ turn(s1, 19) ^ s1 >>> 10);
      }
      var t1 = k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + K[i] + w[i] | 0;
      var t2 = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c) | 0;
      k = g; g = f; f = e; e = d + t1 | 0; d = c; c = b; b = a; a = t1 + t2 | 0;
    }
    return [h[0] + a | 0, h[1] + b | 0, h[2] + c | 0, h[3] + d | 0, h[4] + e | 0, h[5] + f | 0, h[6] + g | 0, h[7] + k | 0];
  }
  function first(text) {
    var words = padded(text), h = H0;
    for (var at = 0; at < words.length; at += 16) { h = block(h, words, at); }
    return h[0] >>> 0;
  }
  var ticket = document.querySelector("input[name=ticket][data-bits]");
  if (ticket) {
    var bits = Number(ticket.getAttribute("data-bits")), tried = 0;
    var slice = function () {
      for (var end = tried + 2000; tried < end; tried += 1) {
        if (first(ticket.value + ":" + tried) >>> (32 - bits) === 0) {
          ticket.form.elements.work.value = String(tried);
          return;
        }
      }
      setTimeout(slice, 0);
    };
    slice();
  }
}());

// Reads QR codes from the camera, where the browser can: startCamera(video, onRead) resolves to a function that stops it.
const EVERY = 150 // ms

export async function startCamera(video, onRead) {
  const detector = new BarcodeDetector({ formats: ["qr_code"] })
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } })
  video.srcObject = stream
  await video.play()

  let timer
  const look = async () => {
    const [code] = await detector.detect(video).catch(() => [])
    if (code?.rawValue) onRead(code.rawValue)
    timer = setTimeout(look, EVERY)
  }
  look()
  return () => {
    clearTimeout(timer)
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}

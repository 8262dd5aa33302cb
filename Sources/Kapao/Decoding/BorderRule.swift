/// How coordinates at the image border are treated.
public enum BorderRule: String, CaseIterable, Sendable {
  /// Only a person's box is clipped to the image; keypoints stay where the network puts them.
  case natural
  /// As the official code does: boxes clipped and rounded, the first two keypoints clipped, and keypoint objects clipped
  /// before their centre is taken, which drags keypoints at the border inwards.
  case official
}

package io.skald.storage.object.s3;

/** The requests that are made, with their names in S3. */
public enum S3Operation {
  PUT_OBJECT("PutObject", "s3:PutObject"),
  GET_OBJECT("GetObject", "s3:GetObject"),
  HEAD_OBJECT("HeadObject", "s3:GetObject"),
  DELETE_OBJECT("DeleteObject", "s3:DeleteObject"),
  LIST_OBJECTS("ListObjectsV2", "s3:ListBucket"),
  CREATE_UPLOAD("CreateMultipartUpload", "s3:PutObject"),
  UPLOAD_PART("UploadPart", "s3:PutObject"),
  COMPLETE_UPLOAD("CompleteMultipartUpload", "s3:PutObject"),
  ABORT_UPLOAD("AbortMultipartUpload", "s3:AbortMultipartUpload");

  private final String text;
  private final String permission;

  S3Operation(String text, String permission) {
    this.text = text;
    this.permission = permission;
  }

  /** Returns the name of the request. */
  public String text() {
    return text;
  }

  /** Returns the permission that it needs in a policy. */
  String permission() {
    return permission;
  }
}
